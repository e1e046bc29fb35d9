// TP-UDH, the header in front of the user data (3GPP TS 23.040 § 9.2.3.24): a
// list of information elements. Those that nobody here knows are carried
// through as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/pdu/cursor.h"
#include "common/pdu/language.h"

namespace smsweb {

struct InformationElement {
  std::uint8_t id = 0;
  std::vector<std::uint8_t> data;  // at most 255 octets
  bool operator==(const InformationElement&) const = default;
};

using UserDataHeader = std::vector<InformationElement>;

// What § 9.2.3.24 calls it: "application ports, 16 bits"; "" for those that are
// reserved, and for a service centre's own.
std::string_view ElementName(std::uint8_t id);

// Where a part belongs in its message (§ 9.2.3.24.1, .8).
struct Concatenation {
  std::uint16_t reference;
  std::uint8_t total;
  std::uint8_t number;  // from 1
  bool wide = false;    // of 16 bits, even if the reference is below 256
  bool operator==(const Concatenation&) const = default;
};

// Application ports (§ 9.2.3.24.3, .4).
struct Ports {
  std::uint16_t destination;
  std::uint16_t source;
  bool wide = true;  // of 16 bits
  bool operator==(const Ports&) const = default;
};

struct LanguageTables {
  Language locking = Language::kDefault;
  Language single = Language::kDefault;
};

InformationElement MakeElement(const Concatenation& part);
InformationElement MakeElement(const Ports& ports);
InformationElement MakeLockingElement(Language language);
InformationElement MakeSingleShiftElement(Language language);

// Where an element comes twice, or in both widths, the last one counts
// (§ 9.2.3.24). One of a wrong length, and a part 0 or one beyond the last, is
// ignored; so are languages that are reserved.
std::optional<Concatenation> FindConcatenation(const UserDataHeader& header);
std::optional<Ports> FindPorts(const UserDataHeader& header);
LanguageTables FindLanguages(const UserDataHeader& header);

// Octets with the length octet; 0 for no header.
std::size_t SizeOf(const UserDataHeader& header);

// Nothing for no header. kInvalid where it is longer than 140 octets.
Result<void> AppendHeader(const UserDataHeader& header,
                          std::vector<std::uint8_t>& octets);

Result<UserDataHeader> TakeHeader(OctetCursor& cursor);

}  // namespace smsweb

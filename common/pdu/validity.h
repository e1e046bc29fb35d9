// TP-VP, how long the network may go on trying (3GPP TS 23.040 § 9.2.3.12), in
// its three formats. TP-VPF, two bits of the first octet, says which.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/pdu/cursor.h"
#include "common/pdu/timestamp.h"

namespace smsweb {

struct Validity {
  // The values are those of TP-VPF (§ 9.2.3.3).
  enum class Format : std::uint8_t {
    kEnhanced = 1,
    kRelative = 2,
    kAbsolute = 3,
  };
  Format format = Format::kRelative;
  std::array<std::uint8_t, 7> octets{};  // kRelative: the first alone

  // Relative: from 5 minutes to 63 weeks in steps that grow; the longest that
  // can be said and is not longer than `period`; 5 min where that is shorter.
  static Validity Relative(std::chrono::seconds period);

  // Enhanced, which not all networks know: to the second below 256 s, else to
  // the second below 100 h, else as relative.
  static Validity Enhanced(std::chrono::seconds period,
                           bool single_shot = false);
  static Validity Absolute(const Timestamp& until);

  // None for kAbsolute, and where none is said or its format is reserved.
  std::optional<std::chrono::seconds> Period() const;
  std::optional<Timestamp> Until() const;  // kAbsolute
  bool SingleShot() const;                 // kEnhanced: one attempt only

  bool operator==(const Validity&) const = default;
};

std::string_view ToString(Validity::Format format);  // "relative"

// The octet of the relative format, and what it says.
std::uint8_t RelativeValidity(std::chrono::seconds validity);
std::chrono::seconds RelativeValidityPeriod(std::uint8_t octet);

void AppendValidity(const Validity& validity,
                    std::vector<std::uint8_t>& octets);
Result<Validity> TakeValidity(OctetCursor& cursor, Validity::Format format);

}  // namespace smsweb

// TP-DCS, TP-UDL and TP-UD (3GPP TS 23.040 § 9.2.3.10, .16, .24): the text or
// the data of a short message, with the header in front of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/base/error.h"
#include "common/pdu/cursor.h"
#include "common/pdu/segment.h"
#include "common/pdu/user_data_header.h"

namespace smsweb {

struct UserData {
  std::uint8_t data_coding = 0;  // TP-DCS (data_coding.h)
  UserDataHeader header;
  std::vector<std::uint8_t> units;  // as in Segment; data: octets

  // What the scheme and the header say of `units`. Compressed text is kData.
  TextCoding Coding() const;

  // For a part that stands alone; empty for data.
  std::string Text() const;

  std::optional<Concatenation> Place() const {
    return FindConcatenation(header);
  }

  bool operator==(const UserData&) const = default;
};

// Whatever else goes into the header of a text.
struct HeaderOptions {
  std::optional<Concatenation> place;
  std::optional<Ports> ports;
};

// One part of a text, with the header that its coding needs.
UserData MakeUserData(const TextCoding& coding, Segment segment,
                      const HeaderOptions& options = {},
                      std::optional<int> message_class = std::nullopt);

// TP-UDL and TP-UD; kInvalid where they don't fit into 140 octets or make no
// sense.
Result<void> AppendUserData(const UserData& data,
                            std::vector<std::uint8_t>& octets);

// The same, with `has_header` from TP-UDHI. What is behind is left.
Result<UserData> TakeUserData(OctetCursor& cursor, std::uint8_t data_coding,
                              bool has_header);

}  // namespace smsweb

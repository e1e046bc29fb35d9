// TP-DCS, the data coding scheme (3GPP TS 23.038 § 4): the alphabet of the user
// data, and what the phone does with the message.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/pdu/text_coding.h"

namespace smsweb {

// A phone's lamp: switched on or off with the message.
struct WaitingIndication {
  enum class Kind : std::uint8_t { kVoicemail, kFax, kEmail, kOther };
  Kind kind;
  bool active;
  bool store;  // else the message itself may be thrown away
};
std::string_view ToString(WaitingIndication::Kind kind);

struct DataCoding {
  Alphabet alphabet = Alphabet::kGsm7;
  bool compressed = false;  // TS 23.042: carried as data, not readable here
  std::optional<int> message_class;  // 0 to 3; 0 is shown at once ("flash")
  bool delete_after_reading = false;
  std::optional<WaitingIndication> waiting;
  bool reserved = false;  // such are read as the default alphabet, as § 4 asks
};

// Every octet means something.
DataCoding ReadDataCoding(std::uint8_t octet);

// In the general group; `message_class` is 0 to 3.
std::uint8_t MakeDataCoding(Alphabet alphabet,
                            std::optional<int> message_class = std::nullopt);

// Septets, or octets: what TP-UDL counts.
bool CountsSeptets(std::uint8_t octet);

}  // namespace smsweb

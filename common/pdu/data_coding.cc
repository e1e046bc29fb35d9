#include "common/pdu/data_coding.h"

namespace smsweb {
namespace {

constexpr std::uint8_t kCompressed = 0x20;
constexpr std::uint8_t kHasClass = 0x10;
constexpr std::uint8_t kClassMask = 0x03;
constexpr unsigned kAlphabetShift = 2;
constexpr unsigned kData = 1;
constexpr unsigned kUcs2 = 2;

// Groups 00xx and 01xx.
DataCoding ReadGeneral(std::uint8_t octet) {
  DataCoding coding;
  coding.delete_after_reading = (octet & 0x40) != 0;
  coding.compressed = (octet & kCompressed) != 0;
  if (octet & kHasClass) coding.message_class = octet & kClassMask;
  const unsigned alphabet = (octet >> kAlphabetShift) & 0x03;
  if (alphabet == kData) coding.alphabet = Alphabet::kData;
  if (alphabet == kUcs2) coding.alphabet = Alphabet::kUcs2;
  coding.reserved = alphabet > kUcs2;
  return coding;
}

// Groups 1100 (discard), 1101 (store) and 1110 (store, UCS-2).
DataCoding ReadWaiting(std::uint8_t octet) {
  const unsigned group = octet >> 4;
  DataCoding coding;
  if (group == 0x0E) coding.alphabet = Alphabet::kUcs2;
  coding.waiting = WaitingIndication{
      .kind = static_cast<WaitingIndication::Kind>(octet & 0x03),
      .active = (octet & 0x08) != 0,
      .store = group != 0x0C};
  return coding;
}

// Group 1111.
DataCoding ReadClassGroup(std::uint8_t octet) {
  DataCoding coding;
  if (octet & 0x04) coding.alphabet = Alphabet::kData;
  coding.message_class = octet & kClassMask;
  return coding;
}

}  // namespace

std::string_view ToString(WaitingIndication::Kind kind) {
  switch (kind) {
    case WaitingIndication::Kind::kVoicemail:
      return "voicemail";
    case WaitingIndication::Kind::kFax:
      return "fax";
    case WaitingIndication::Kind::kEmail:
      return "email";
    case WaitingIndication::Kind::kOther:
      break;
  }
  return "other";
}

DataCoding ReadDataCoding(std::uint8_t octet) {
  const unsigned group = octet >> 4;
  if (group < 0x08) return ReadGeneral(octet);
  if (group == 0x0F) return ReadClassGroup(octet);
  if (group >= 0x0C) return ReadWaiting(octet);
  DataCoding coding;
  coding.reserved = true;
  return coding;
}

std::uint8_t MakeDataCoding(Alphabet alphabet,
                            std::optional<int> message_class) {
  unsigned octet = 0;
  if (alphabet == Alphabet::kData) octet = kData << kAlphabetShift;
  if (alphabet == Alphabet::kUcs2) octet = kUcs2 << kAlphabetShift;
  if (message_class) octet |= kHasClass | (*message_class & kClassMask);
  return static_cast<std::uint8_t>(octet);
}

bool CountsSeptets(std::uint8_t octet) {
  const DataCoding coding = ReadDataCoding(octet);
  return coding.alphabet == Alphabet::kGsm7 && !coding.compressed;
}

}  // namespace smsweb

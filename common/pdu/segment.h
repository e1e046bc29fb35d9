// Cuts a text into the parts that short messages can carry, each part in the
// alphabet of the whole: the GSM 7-bit default alphabet with its extension
// table where every character is in it, UCS-2 otherwise.
//
// Capacity of one part (3GPP TS 23.040 § 9.2.3.24.1): 160 septets or 70 UCS-2
// code units; with the concatenation header (8-bit reference), 153 or 67. An
// escape pair or a surrogate pair is never split between parts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"

namespace smsweb {

enum class Alphabet : std::uint8_t { kGsm7, kUcs2 };

// One part's user data without its header.
struct Segment {
  // kGsm7: one septet in each byte, not yet packed. kUcs2: big-endian octets.
  std::vector<std::uint8_t> units;
};

struct SegmentedText {
  Alphabet alphabet;
  std::vector<Segment> parts;  // never empty: an empty text is one empty part
};

// What one part holds, in units of Segment: septets, or octets.
constexpr std::size_t PartCapacity(Alphabet alphabet, bool concatenated) {
  if (alphabet == Alphabet::kGsm7) return concatenated ? 153 : 160;
  return concatenated ? 134 : 140;
}

// `text` is UTF-8; kInvalid, with the byte offset, where it is not. More parts
// than a message may have (255, or what the caller allows) are given as they
// are: the caller counts.
Result<SegmentedText> SegmentText(std::string_view text);

}  // namespace smsweb

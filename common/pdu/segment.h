// Cuts a text into the parts that short messages can carry, each part in the
// coding of the whole: the GSM 7-bit default alphabet with its extension table
// where every character is in it; with national language tables, where these
// are allowed; UCS-2 otherwise. Of what is allowed, the coding with the fewest
// parts is taken, and of equals the first of these.
//
// A part has 140 octets (3GPP TS 23.040 § 9.2.3.16), which it shares with the
// header that says its place among the others and which tables it uses. Where
// it is cut: cut.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/pdu/text_coding.h"

namespace smsweb {

// One part's user data without its header.
struct Segment {
  // kGsm7: one septet in each byte, not yet packed. kUcs2: big-endian octets.
  std::vector<std::uint8_t> units;
};

struct SegmentedText {
  TextCoding coding;
  std::vector<Segment> parts;  // never empty: an empty text is one empty part
  // Why this coding, for a person. Of the text, it has one code point at most.
  std::string reason;
};

// What takes room in each part's header, beside the tables of its coding.
struct PartHeader {
  std::size_t other_elements = 0;  // their octets
  bool wide_reference = false;     // where concatenated: one of 16 bits
};

struct SegmentOptions {
  std::vector<Language> languages;   // whose tables may be used
  std::optional<Alphabet> alphabet;  // kGsm7, kUcs2: no other than this
  PartHeader header;
};

// What one part holds, in units of Segment: septets, or octets.
std::size_t PartCapacity(const TextCoding& coding, bool concatenated,
                         const PartHeader& header = {});

// `text` is UTF-8; kInvalid, with the byte offset, where it is not, and where
// options.alphabet can't say it. More parts than a message may have (255, or
// what the caller allows) are given as they are: the caller counts.
Result<SegmentedText> SegmentText(std::string_view text,
                                  const SegmentOptions& options = {});

// In this very coding; kInvalid where it can't say the text.
Result<SegmentedText> SegmentTextAs(std::string_view text,
                                    const TextCoding& coding,
                                    const PartHeader& header = {});

// A part as text, for a part that stands alone; U+FFFD where it can't be read.
// Data is no text: it is empty.
std::string DecodeText(const TextCoding& coding,
                       std::span<const std::uint8_t> units);

}  // namespace smsweb

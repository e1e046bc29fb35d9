// Where a text that is too long for one short message is cut. Never within an
// escape pair or a surrogate pair; nor within what a reader takes for one
// character (an extended grapheme cluster, Unicode Standard Annex #29: a letter
// with its accents, an emoji of several people, a flag, CR LF), unless that is
// longer than a part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "common/pdu/text_coding.h"

namespace smsweb {

// By code point: whether a cluster starts with it. `text` is valid UTF-8.
std::vector<bool> ClusterStarts(std::string_view text);

// Where each part ends, the last one at units.size(). `units` (as in Segment)
// are those of the text that `starts` is of, `capacity` what a part holds of
// them: at least 4.
std::vector<std::size_t> PartEnds(Alphabet alphabet,
                                  std::span<const std::uint8_t> units,
                                  const std::vector<bool>& starts,
                                  std::size_t capacity);

}  // namespace smsweb

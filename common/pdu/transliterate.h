// Typographic characters that would force a text into UCS-2, in their plain
// forms: curly quotes, long dashes, the ellipsis, odd spaces.
#pragma once

#include <string>
#include <string_view>

#include "common/pdu/segment.h"

namespace smsweb {

// Letters stay as they are: this changes how a text looks, never what it says.
// What is not UTF-8 stays, too.
std::string Transliterate(std::string_view text);

// SegmentText(), of a text that is transliterated first where these alone would
// force it into UCS-2.
Result<SegmentedText> SegmentTransliterated(std::string& text,
                                            const SegmentOptions& options);

}  // namespace smsweb

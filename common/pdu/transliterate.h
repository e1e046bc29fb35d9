// Typographic characters that would force a text into UCS-2, in their plain
// forms: curly quotes, long dashes, the ellipsis, odd spaces.
#pragma once

#include <string>
#include <string_view>

namespace smsweb {

// Letters stay as they are: this changes how a text looks, never what it says.
// What is not UTF-8 stays, too.
std::string Transliterate(std::string_view text);

}  // namespace smsweb

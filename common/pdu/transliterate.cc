#include "common/pdu/transliterate.h"

#include <utf8.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace smsweb {
namespace {

struct PlainForm {
  char32_t character;
  std::string_view plain;
};

constexpr auto kPlainForms = std::to_array<PlainForm>({
    {U'\u00A0', " "},    // no-break space
    {U'\u00AB', "\""},   // « »
    {U'\u00AD', ""},     // soft hyphen
    {U'\u00B4', "'"},    // acute accent
    {U'\u00BB', "\""},   //
    {U'\u02BC', "'"},    // modifier letter apostrophe
    {U'\u2002', " "},    // en space
    {U'\u2003', " "},    // em space
    {U'\u2004', " "},    // thirds of an em,
    {U'\u2005', " "},    // quarters,
    {U'\u2006', " "},    // sixths
    {U'\u2007', " "},    // figure space
    {U'\u2008', " "},    // punctuation space
    {U'\u2009', " "},    // thin space
    {U'\u200A', " "},    // hair space
    {U'\u200B', ""},     // zero width space
    {U'\u2010', "-"},    // hyphen
    {U'\u2011', "-"},    // no-break hyphen
    {U'\u2012', "-"},    // figure dash
    {U'\u2013', "-"},    // en dash
    {U'\u2014', "-"},    // em dash
    {U'\u2015', "-"},    // horizontal bar
    {U'\u2018', "'"},    // single quotes
    {U'\u2019', "'"},    //
    {U'\u201A', "'"},    //
    {U'\u201B', "'"},    //
    {U'\u201C', "\""},   // double quotes
    {U'\u201D', "\""},   //
    {U'\u201E', "\""},   //
    {U'\u201F', "\""},   //
    {U'\u2022', "-"},    // bullet
    {U'\u2026', "..."},  // ellipsis
    {U'\u202F', " "},    // narrow no-break space
    {U'\u2032', "'"},    // prime
    {U'\u2033', "\""},   // double prime
    {U'\u2039', "'"},    // ‹ ›
    {U'\u203A', "'"},    //
    {U'\u205F', " "},    // mathematical space
    {U'\u2060', ""},     // word joiner
    {U'\u2212', "-"},    // minus
    {U'\u3000', " "},    // ideographic space
    {U'\uFEFF', ""},     // byte order mark
});
static_assert(std::ranges::is_sorted(kPlainForms, {}, &PlainForm::character));

std::optional<std::string_view> PlainFormOf(char32_t character) {
  const auto* const found = std::ranges::lower_bound(kPlainForms, character, {},
                                                     &PlainForm::character);
  if (found == kPlainForms.end() || found->character != character) {
    return std::nullopt;
  }
  return found->plain;
}

}  // namespace

std::string Transliterate(std::string_view text) {
  if (utf8::find_invalid(text.begin(), text.end()) != text.end()) {
    return std::string(text);
  }
  std::string plain;
  plain.reserve(text.size());
  for (const char* at = text.data(); at != text.data() + text.size();) {
    const char* const begin = at;
    const auto character = static_cast<char32_t>(utf8::unchecked::next(at));
    plain += PlainFormOf(character).value_or(std::string_view(begin, at));
  }
  return plain;
}

Result<SegmentedText> SegmentTransliterated(std::string& text,
                                            const SegmentOptions& options) {
  const auto needs_ucs2 = [](const Result<SegmentedText>& segments) {
    return !segments || segments->coding.alphabet == Alphabet::kUcs2;
  };
  auto segments = SegmentText(text, options);
  if (!needs_ucs2(segments)) return segments;
  std::string plain = Transliterate(text);
  auto shorter = SegmentText(plain, options);
  if (needs_ucs2(shorter)) return segments;
  text = std::move(plain);
  return shorter;
}

}  // namespace smsweb

#include "bench/report/escape.h"

#include <utf8.h>

#include <algorithm>
#include <cctype>
#include <iterator>

namespace smsweb::bench {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr std::size_t kLongestSlug = 60;

bool IsControl(char32_t c) { return c < 0x20 || (c >= 0x7F && c < 0xA0); }

// Unicode's Bidi_Control, and the separators that some take for line breaks.
bool TurnsOrBreaks(char32_t c) {
  return c == 0x061C || c == 0x200E || c == 0x200F ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

char32_t ReadableCharacter(char32_t c, Lines lines) {
  if (c == '\n' || c == '\t') return lines == Lines::kKept ? c : ' ';
  if (c == '\r') return ' ';
  return IsControl(c) || TurnsOrBreaks(c) ? kReplacement : c;
}

std::string WithoutReturns(std::string_view text) {
  std::string lines;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool ends_line = text[i] == '\r' && text.substr(i + 1, 1) == "\n";
    if (!ends_line) lines += text[i];
  }
  return lines;
}

std::string_view HtmlEntity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

// What means something anywhere in a line.
bool IsMarkdownMarkup(char c) {
  return std::string_view("\\`*_[]<>|~&$#!").contains(c);
}

// What makes a list or a rule at its beginning: "- ", "+ ", "1. ", "2) ",
// "===".
bool BeginsBlock(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const bool is_first = before.find_first_not_of(' ') == std::string_view::npos;
  if (is_first) return std::string_view("-+=").contains(text[at]);
  const bool ends = at + 1 == text.size() || text[at + 1] == ' ';
  return std::string_view(".)").contains(text[at]) && ends &&
         before.find_first_not_of(" 0123456789") == std::string_view::npos;
}

std::size_t LongestRun(std::string_view text, char wanted) {
  std::size_t longest = 0;
  std::size_t run = 0;
  for (const char c : text) {
    run = c == wanted ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

bool StaysInUrl(unsigned char c) {
  return std::isalnum(c) != 0 ||
         std::string_view("-._~/").contains(static_cast<char>(c));
}

}  // namespace

std::string Readable(std::string_view text, Lines lines) {
  const std::string joined = WithoutReturns(text);
  std::string valid;
  utf8::replace_invalid(joined.begin(), joined.end(), std::back_inserter(valid),
                        kReplacement);
  std::string out;
  for (auto at = valid.begin(); at != valid.end();) {
    const char32_t c = utf8::next(at, valid.end());
    utf8::append(ReadableCharacter(c, lines), std::back_inserter(out));
  }
  return out;
}

std::string EscapeHtml(std::string_view text) {
  std::string out;
  for (const char c : Readable(text, Lines::kKept)) {
    const std::string_view entity = HtmlEntity(c);
    entity.empty() ? out += c : out += entity;
  }
  return out;
}

std::string EscapeMarkdown(std::string_view text) {
  const std::string readable = Readable(text);
  std::string out;
  for (std::size_t i = 0; i < readable.size(); ++i) {
    if (IsMarkdownMarkup(readable[i]) || BeginsBlock(readable, i)) {
      out += '\\';
    }
    out += readable[i];
  }
  return out;
}

std::string MarkdownCode(std::string_view text) {
  const std::string readable = Readable(text);
  if (readable.find_first_not_of(' ') == std::string::npos) return "";
  const std::string ticks(LongestRun(readable, '`') + 1, '`');
  const bool spaced = readable.starts_with('`') || readable.ends_with('`') ||
                      (readable.starts_with(' ') && readable.ends_with(' '));
  std::string out = ticks + (spaced ? " " : "");
  for (const char c : readable) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out + (spaced ? " " : "") + ticks;
}

std::string MarkdownCodeBlock(std::string_view text) {
  const std::string readable = Readable(text, Lines::kKept);
  const std::string fence(
      std::max<std::size_t>(3, LongestRun(readable, '`') + 1), '`');
  return fence + "\n" + readable + (readable.ends_with('\n') ? "" : "\n") +
         fence + "\n";
}

std::string RelativeUrl(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string url = "./";
  for (const char c : path) {
    const auto octet = static_cast<unsigned char>(c);
    if (StaysInUrl(octet)) {
      url += c;
    } else {
      url += {'%', kHex[octet >> 4], kHex[octet & 0x0F]};
    }
  }
  return url;
}

std::string Slug(std::string_view text) {
  std::string slug;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (octet < 0x80 && std::isalnum(octet) != 0) {
      slug += static_cast<char>(std::tolower(octet));
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
  }
  slug.resize(std::min(slug.size(), kLongestSlug));
  while (slug.ends_with('-')) slug.pop_back();
  return slug.empty() ? "x" : slug;
}

}  // namespace smsweb::bench

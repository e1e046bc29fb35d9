// Texts from outside (log lines, problems, commands, URLs, names) made fit for
// a page: each shows as it is, and none becomes markup.
#pragma once

#include <string>
#include <string_view>

namespace smsweb::bench {

enum class Lines : bool { kJoined, kKept };

// UTF-8 without control characters and without what turns the direction of a
// text: those, and what is no UTF-8, become U+FFFD. Line breaks and tabs become
// a space, or stay.
std::string Readable(std::string_view text, Lines lines = Lines::kJoined);

// In an element or in a quoted attribute.
std::string EscapeHtml(std::string_view text);
// In a line or in a table's cell of GitHub's Markdown.
std::string EscapeMarkdown(std::string_view text);
// Between as many backticks as it takes; '|' with a backslash, as a cell wants
// it. Empty for an empty text.
std::string MarkdownCode(std::string_view text);
// A block of code, its fence longer than any in it.
std::string MarkdownCodeBlock(std::string_view text);

// The URL of a file beside the report: always relative, so that no name of a
// file becomes a scheme.
std::string RelativeUrl(std::string_view path);

// For an anchor or a file's name: [a-z0-9-]+, at the most 60 long.
std::string Slug(std::string_view text);

}  // namespace smsweb::bench

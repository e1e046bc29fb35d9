// The kernel's texts, taken line by line and word by word from their front.
// Nothing is read past an end: there, what is taken is empty.
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace smsweb::bench {

// Without its line break. The rest of `text` is what comes behind it.
std::string_view TakeLine(std::string_view& text);

// Up to `end`, which is taken as well; all of it where there is none.
std::string_view TakeUntil(std::string_view& text, char end);

// Between spaces or tabs.
std::string_view TakeWord(std::string_view& line);

// None unless all of the word is a number that Number can hold.
template <typename Number>
std::optional<Number> ToNumber(std::string_view word) {
  Number number{};
  const char* const end = word.data() + word.size();
  const auto read = std::from_chars(word.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

template <typename Number>
std::optional<Number> TakeNumber(std::string_view& line) {
  return ToNumber<Number>(TakeWord(line));
}

}  // namespace smsweb::bench

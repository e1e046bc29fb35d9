#include "sim/script_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "common/base/hex_digit.h"

namespace smsweb::sim {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// A comment, unless it is the "#2" of "on AT+CREG? #2".
bool StartsComment(std::string_view rest, bool first_word) {
  if (rest.front() != '#') return false;
  return first_word || rest.size() < 2 || !IsDigit(rest[1]);
}

// The character that the escape at the start of `rest` stands for; takes it
// away.
std::optional<char> TakeEscape(std::string_view& rest) {
  if (rest.size() < 2) return std::nullopt;
  const char sign = rest[1];
  if (sign == 'x') {
    if (rest.size() < 4) return std::nullopt;
    const int high = HexDigitValue(rest[2]);
    const int low = HexDigitValue(rest[3]);
    if (high < 0 || low < 0) return std::nullopt;
    rest.remove_prefix(4);
    return static_cast<char>(high * 16 + low);
  }
  constexpr std::string_view kSigns = "rnt0\"\\";
  constexpr std::string_view kMeant("\r\n\t\0\"\\", 6);
  const auto found = kSigns.find(sign);
  if (found == std::string_view::npos) return std::nullopt;
  rest.remove_prefix(2);
  return kMeant[found];
}

Result<Word> TakeQuotedWord(std::string_view& rest) {
  Word word{{}, true};
  rest.remove_prefix(1);
  while (!rest.empty() && rest.front() != '"') {
    if (rest.front() != '\\') {
      word.text += rest.front();
      rest.remove_prefix(1);
      continue;
    }
    const std::string shown(rest.substr(0, 2));
    const auto c = TakeEscape(rest);
    if (!c) {
      return Fail(ErrorKind::kInvalid,
                  fmt::format(R"({} is no escape; write \r \n \t \0 \xHH \" )"
                              R"(or \\)",
                              shown));
    }
    word.text += *c;
  }
  if (rest.empty()) return Fail(ErrorKind::kInvalid, "a closing \" is missing");
  rest.remove_prefix(1);
  return word;
}

// Without the sign that ends a clause.
Word TakePlainWord(std::string_view& rest) {
  const auto end = std::find_if(rest.begin(), rest.end(), IsBlank);
  auto size = static_cast<std::size_t>(end - rest.begin());
  if (size > 1 && (rest[size - 1] == ':' || rest[size - 1] == ';')) --size;
  Word word{std::string(rest.substr(0, size))};
  rest.remove_prefix(size);
  return word;
}

}  // namespace

Result<std::vector<Word>> SplitWords(std::string_view line) {
  std::vector<Word> words;
  while (true) {
    while (!line.empty() && IsBlank(line.front())) line.remove_prefix(1);
    if (line.empty() || StartsComment(line, words.empty())) return words;
    if (line.front() != '"') {
      words.push_back(TakePlainWord(line));
      continue;
    }
    auto word = TakeQuotedWord(line);
    if (!word) return std::unexpected(word.error());
    words.push_back(std::move(*word));
  }
}

bool Words::Holds(std::string_view sign) const {
  return std::any_of(
      words_.begin() + static_cast<std::ptrdiff_t>(at_), words_.end(),
      [&](const Word& word) { return !word.quoted && word.text == sign; });
}

bool Words::Take(std::string_view word) {
  const Word* const next = Peek();
  if (next == nullptr || next->quoted || next->text != word) return false;
  ++at_;
  return true;
}

std::string Words::Source(std::size_t from) const {
  std::string text;
  for (std::size_t i = from; i < at_; ++i) {
    if (!text.empty()) text += ' ';
    if (!words_[i].quoted) {
      text += words_[i].text;
      continue;
    }
    text += '"';
    for (const char c : words_[i].text) {
      const auto byte = static_cast<unsigned char>(c);
      text += byte < 0x20 ? fmt::format("\\x{:02X}", byte) : std::string(1, c);
    }
    text += '"';
  }
  return text;
}

std::string Words::Found() const {
  if (AtEnd()) return "the line ends";
  return fmt::format("\"{}\" stands", words_[at_].text);
}

bool Words::TakeAny(std::string& text, std::string_view what) {
  const Word* const next = Peek();
  if (next == nullptr ||
      (!next->quoted && (next->text == ";" || next->text == ":"))) {
    return Bad(fmt::format("{} where {} should be", Found(), what));
  }
  text = next->text;
  ++at_;
  return true;
}

bool Words::TakeQuoted(std::string& text, std::string_view what) {
  if (const Word* next = Peek(); next == nullptr || !next->quoted) {
    return Bad(
        fmt::format("{} where {} should be, in \"quotes\"", Found(), what));
  }
  return TakeAny(text, what);
}

bool Words::TakeNumber(int& number, int min, int max, std::string_view what) {
  const Word* const next = Peek();
  const auto read = next == nullptr ? std::nullopt : ReadInteger(next->text);
  if (!read || *read < min || *read > max) {
    return Bad(fmt::format("{} where {} should be: {} to {}", Found(), what,
                           min, max));
  }
  number = *read;
  ++at_;
  return true;
}

bool Words::TakeTime(Millis& time) {
  const Word* const next = Peek();
  const auto read = next == nullptr ? std::nullopt : ReadTime(next->text);
  if (!read) {
    return Bad(Found() + " where a time should be, such as 3s, 250ms or 2m");
  }
  time = *read;
  ++at_;
  return true;
}

bool Words::Bad(std::string message) {
  if (complaint_.empty()) complaint_ = std::move(message);
  return false;
}

std::optional<int> ReadInteger(std::string_view text) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

std::optional<Millis> ReadTime(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  const std::string_view unit(read.ptr,
                              static_cast<std::size_t>(end - read.ptr));
  double scale = 0;
  if (unit == "ms") scale = 1;
  if (unit == "s") scale = 1000;
  if (unit == "m") scale = 60'000;
  if (unit == "h") scale = 3'600'000;
  const bool sane = number >= 0 && number <= 1e6;
  if (read.ec != std::errc() || scale == 0 || !sane) return std::nullopt;
  return Millis(static_cast<std::int64_t>(number * scale));
}

}  // namespace smsweb::sim

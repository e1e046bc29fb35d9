#include "bench/load/numbered_text.h"

#include <algorithm>
#include <charconv>

namespace smsweb::bench {
namespace {

constexpr std::string_view kPlainMark = "{n}";
constexpr std::string_view kSevenMark = "{n7}";
constexpr std::size_t kSevenDigits = 7;

}  // namespace

Digits::Digits(std::uint64_t number) {
  std::ranges::fill(digits_, '0');
  char* const begin = digits_.data() + kSevenDigits;
  char* const end =
      std::to_chars(begin, digits_.data() + digits_.size(), number).ptr;
  plain_ = {begin, end};
  seven_ = {begin - (kSevenDigits - std::min(kSevenDigits, plain_.size())),
            end};
}

NumberedText::NumberedText(std::string_view text) {
  while (!text.empty()) {
    const auto plain = text.find(kPlainMark);
    const auto mark = std::min(plain, text.find(kSevenMark));
    const std::string literal(text.substr(0, mark));
    if (mark == std::string_view::npos) {
      pieces_.push_back({literal, Place::kNone});
      return;
    }
    const bool is_plain = mark == plain;
    pieces_.push_back({literal, is_plain ? Place::kPlain : Place::kSeven});
    text.remove_prefix(mark + (is_plain ? kPlainMark : kSevenMark).size());
  }
}

std::string_view NumberedText::Fill(Place place, const Digits& number) {
  switch (place) {
    case Place::kNone:
      return {};
    case Place::kPlain:
      return number.plain();
    case Place::kSeven:
      return number.seven();
  }
  return {};
}

std::size_t NumberedText::Size(const Digits& number) const {
  std::size_t size = 0;
  for (const Piece& piece : pieces_) {
    size += piece.text.size() + Fill(piece.place_after, number).size();
  }
  return size;
}

void NumberedText::Append(const Digits& number, std::string& text) const {
  for (const Piece& piece : pieces_) {
    text += piece.text;
    text += Fill(piece.place_after, number);
  }
}

}  // namespace smsweb::bench

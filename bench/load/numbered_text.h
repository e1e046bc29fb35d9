// A text with places for a request's number: "{n}", decimal digits, and "{n7}",
// with leading zeros to seven.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smsweb::bench {

// A number as it is written, both ways.
class Digits {
 public:
  explicit Digits(std::uint64_t number);
  Digits(const Digits&) = delete;
  std::string_view plain() const { return plain_; }
  std::string_view seven() const { return seven_; }

 private:
  std::array<char, 32> digits_;
  std::string_view plain_;
  std::string_view seven_;
};

class NumberedText {
 public:
  explicit NumberedText(std::string_view text);

  std::size_t Size(const Digits& number) const;
  void Append(const Digits& number, std::string& text) const;

 private:
  enum class Place : std::uint8_t { kNone, kPlain, kSeven };
  struct Piece {
    std::string text;
    Place place_after;
  };
  static std::string_view Fill(Place place, const Digits& number);

  std::vector<Piece> pieces_;
};

}  // namespace smsweb::bench

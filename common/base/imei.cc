#include "common/base/imei.h"

#include <algorithm>
#include <iterator>

namespace smsweb {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Of 14 digits.
char CheckDigit(std::string_view digits) {
  int sum = 0;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const int digit = (digits[i] - '0') * (i % 2 == 0 ? 1 : 2);
    sum += digit / 10 + digit % 10;
  }
  return static_cast<char>('0' + (10 - sum % 10) % 10);
}

}  // namespace

bool IsImei(std::string_view text) {
  return text.size() == kImeiDigits + 1 && std::ranges::all_of(text, IsDigit) &&
         text.back() == CheckDigit(text.substr(0, kImeiDigits));
}

bool SameImei(std::string_view a, std::string_view b) {
  return a.size() >= kImeiDigits &&
         a.substr(0, kImeiDigits) == b.substr(0, kImeiDigits);
}

std::string WithCheckDigit(std::string_view answered) {
  std::string imei = DigitsOf(answered).substr(0, kImeiDigits);
  if (imei.size() < kImeiDigits) return "";
  return imei + CheckDigit(imei);
}

std::string DigitsOf(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), IsDigit);
  return digits;
}

}  // namespace smsweb

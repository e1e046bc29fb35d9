// The number of a modem: type allocation code and serial number, 14 digits, and
// a check digit (3GPP TS 23.003 § 6.2.1; its annex B: Luhn's).
//
// Modems write 0 in place of the check digit, leave it out, or write two digits
// of their software's version (§ 6.2.2): 14 digits tell whether two are the
// same.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace smsweb {

inline constexpr std::size_t kImeiDigits = 14;
inline constexpr std::size_t kLongestImei = 16;

// 15 digits, of which the last is the check digit.
bool IsImei(std::string_view text);
bool SameImei(std::string_view a, std::string_view b);

// As IsImei() has it, of what a modem answered; "" where that is no IMEI.
std::string WithCheckDigit(std::string_view answered);

std::string DigitsOf(std::string_view text);

}  // namespace smsweb

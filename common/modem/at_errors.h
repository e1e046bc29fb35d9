// The numbers behind +CMS ERROR (3GPP TS 27.005 § 3.2.5) and +CME ERROR
// (3GPP TS 27.007 § 9.2), and the names some modems write in their place.
#pragma once

#include <string_view>

namespace smsweb {

inline constexpr int kNoCode = -1;

// +CME ERROR codes that the set-up of a modem has to tell apart.
inline constexpr int kCmeNotSupported = 4;
inline constexpr int kCmeSimNotInserted = 10;
inline constexpr int kCmeSimPinRequired = 11;
inline constexpr int kCmeSimPukRequired = 12;
inline constexpr int kCmeSimFailure = 13;
inline constexpr int kCmeSimWrong = 15;
inline constexpr int kCmeIncorrectPassword = 16;
inline constexpr int kCmeInvalidIndex = 21;
inline constexpr int kCmeNotFound = 22;

// +CMS ERROR.
inline constexpr int kCmsSimPinRequired = 311;
inline constexpr int kCmsInvalidIndex = 321;  // nothing is at that place

// The code in `text`: its digits, or that of the name it is ("SIM busy", in
// either case). kNoCode for anything else.
int CmsErrorCode(std::string_view text);
int CmeErrorCode(std::string_view text);

// "" for a code that has no name here.
std::string_view CmsErrorName(int code);
std::string_view CmeErrorName(int code);

// The +CMS ERROR that says the same as a +CME ERROR: some modems answer
// AT+CMGS with the wrong family. kNoCode where there is none.
int CmsFromCme(int cme_code);

}  // namespace smsweb

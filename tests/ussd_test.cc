// USSD codes and answers, in the forms that modems have them.
#include "daemon/ussd.h"

#include <utf8.h>

#include <random>
#include <string>
#include <string_view>

#include "catch.h"
#include "common/modem/modem.h"

namespace smsweb {
namespace {

using Form = ModemProfile::Ussd;

TEST_CASE("A code is written as the modem wants it") {
  CHECK(EncodeUssd("*123#", Form::kText) == "*123#");
  CHECK(EncodeUssd("*100#", Form::kGsm7Hex) == "AA180C3602");
  CHECK(EncodeUssd("*123#", Form::kUcs2Hex) == "002A0031003200330023");
}

TEST_CASE("Seven characters are packed with a CR behind them") {
  // Without it the receiver would see an '@'.
  const auto packed = EncodeUssd("*100*1#", Form::kGsm7Hex);
  CHECK(packed.size() == 14);
  CHECK(DecodeUssd(packed, 15, Form::kGsm7Hex) == "*100*1#");
}

TEST_CASE("Answers are read by their coding scheme and the modem's form") {
  struct Row {
    const char* text;
    int dcs;
    Form form;
    const char* read;
  };
  const Row rows[] = {
      {"Rp 5000", 15, Form::kText, "Rp 5000"},
      {"Rp 5000", -1, Form::kText, "Rp 5000"},
      {"00520070", 72, Form::kText, "Rp"},
      {"00520070", 72, Form::kGsm7Hex, "Rp"},
      {"656E00520070", 0x11, Form::kText, "Rp"},  // behind "en"
      {"041F0440", 72, Form::kText, "\xD0\x9F\xD1\x80"},
      {"00520070", 15, Form::kUcs2Hex, "Rp"},
      {"AA180C3602", 15, Form::kGsm7Hex, "*100#"},
      {"12345678", 15, Form::kText, "12345678"},  // digits, not hex
      {"no hex", 72, Form::kText, "no hex"},
      {"", 15, Form::kText, ""},
      {"a\x80z", 15, Form::kText, "a\xEF\xBF\xBDz"},
  };
  for (const Row& row : rows) {
    INFO(row.text << " " << row.dcs);
    CHECK(DecodeUssd(row.text, row.dcs, row.form) == row.read);
  }
}

TEST_CASE("An answer is valid UTF-8 whatever the modem sends") {
  std::mt19937 random(1);
  const auto below = [&](int limit) {
    return std::uniform_int_distribution<int>(0, limit - 1)(random);
  };
  constexpr std::string_view kHex = "0123456789ABCDEFD8DC";
  for (int i = 0; i < 20'000; ++i) {
    const bool hex = below(2) == 0;
    std::string text(static_cast<std::size_t>(below(40)), ' ');
    for (char& c : text) {
      c = hex ? kHex[static_cast<std::size_t>(below(20))]
              : static_cast<char>(below(256));
    }
    const int dcs = below(257) - 1;
    for (const Form form : {Form::kText, Form::kGsm7Hex, Form::kUcs2Hex}) {
      const std::string read = DecodeUssd(text, dcs, form);
      REQUIRE(utf8::is_valid(read.begin(), read.end()));
    }
  }
}

TEST_CASE("A code is digits, '*' and '#'") {
  CHECK(IsUssdCode("*123#"));
  CHECK(IsUssdCode("12"));
  CHECK_FALSE(IsUssdCode(""));
  CHECK_FALSE(IsUssdCode("*123\"#"));
  CHECK_FALSE(IsUssdCode("*1\r\nAT"));
  CHECK_FALSE(IsUssdCode(std::string(200, '1')));
}

}  // namespace
}  // namespace smsweb

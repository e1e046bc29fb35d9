// Telephone numbers: the real libphonenumber, and what stands around it.
#include "common/number/recipient.h"

#include <map>

#include "catch.h"

namespace smsweb {
namespace {

RecipientParser MakeParser(std::string region,
                           NumberRule rule = NumberRule::kValid,
                           NumberMemory memory = {}) {
  return RecipientParser(std::move(region), {"1234", "36000"}, rule,
                         LoadNumberChecker, std::move(memory));
}

TEST_CASE("Numbers become E.164") {
  struct Row {
    const char* region;
    const char* input;
    const char* e164;  // empty: refused
  };
  const Row rows[] = {
      {"ID", "089610707901", "+6289610707901"},
      {"ID", "0896-1070-7901", "+6289610707901"},
      {"ID", "+62 896 1070 7901", "+6289610707901"},
      {"ID", "+49 170 1234567", "+491701234567"},
      {"DE", "0170 1234567", "+491701234567"},
      {"DE", "(0170) 12 345/67", "+491701234567"},
      {"US", "202-456-1111", "+12024561111"},
      {"ID", "1234", "1234"},
      {"ID", "36000", "36000"},
      {"", "+6289610707901", "+6289610707901"},
      {"", "089610707901", ""},
      {"ID", "", ""},
      {"ID", "1235", ""},
      {"ID", "0896", ""},
      {"ID", "+", ""},
      {"ID", "---", ""},
      {"ID", "+999123456789", ""},
      {"US", "800-FLOWERS", ""},
      {"ID", "089610707901;ext=5", ""},
      {"ID", "+62896107079010896107079010896107079010", ""},
      {"ID", "089610707901\n089610707902", ""},
      {"US", "555-555-5555", ""},  // no such range
  };
  for (const Row& row : rows) {
    INFO(row.region << " " << row.input);
    auto parser = MakeParser(row.region);
    const auto e164 = parser.Parse(row.input);
    CHECK((e164 ? *e164 : "") == row.e164);
    if (!e164) CHECK(e164.error().kind == ErrorKind::kInvalid);
  }
}

TEST_CASE("The looser rule takes a range that is not assigned") {
  auto parser = MakeParser("US", NumberRule::kPossible);
  CHECK(parser.Parse("555-555-5555") == "+15555555555");
  CHECK_FALSE(parser.Parse("555-555-55").has_value());
}

TEST_CASE("A number that was checked is not checked again") {
  std::map<std::string, std::string> remembered;
  int loads = 0;
  const NumberMemory memory = {
      .find = [&](std::string_view input) -> std::optional<std::string> {
        const auto found = remembered.find(std::string(input));
        if (found == remembered.end()) return std::nullopt;
        return found->second;
      },
      .remember =
          [&](std::string_view input, std::string_view e164) {
            remembered[std::string(input)] = e164;
          }};
  const auto factory = [&]() {
    ++loads;
    return LoadNumberChecker();
  };
  RecipientParser first("ID", {}, NumberRule::kValid, factory, memory);
  CHECK(first.Parse("089610707901") == "+6289610707901");
  CHECK(first.Parse("089610707901") == "+6289610707901");
  CHECK(loads == 1);
  RecipientParser second("ID", {}, NumberRule::kValid, factory, memory);
  CHECK(second.Parse("089610707901") == "+6289610707901");
  CHECK(loads == 1);  // libphonenumber was not even loaded
  CHECK_FALSE(second.Parse("0896").has_value());
  CHECK(loads == 2);
  CHECK(remembered.size() == 1);  // what is refused is not remembered
}

TEST_CASE("A checker that can't be had is not the caller's fault") {
  RecipientParser parser("ID", {}, NumberRule::kValid,
                         []() -> Result<std::unique_ptr<NumberChecker>> {
                           return Fail(ErrorKind::kInternal, "no module");
                         });
  const auto e164 = parser.Parse("089610707901");
  REQUIRE_FALSE(e164.has_value());
  CHECK(e164.error().kind == ErrorKind::kInternal);
}

}  // namespace
}  // namespace smsweb

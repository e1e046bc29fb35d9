// Command lines, taken apart.
#include "catch.h"
#include "sim/at_line.h"

namespace smsweb::sim {
namespace {

struct LineCase {
  const char* line;
  const char* commands;  // name, form, arguments, joined with spaces
};

std::string Show(const std::vector<AtCommand>& commands) {
  std::string text;
  for (const AtCommand& command : commands) {
    const char* const forms[] = {"", "?", "=?", "="};
    if (!text.empty()) text += ' ';
    text += command.name + forms[static_cast<int>(command.form)];
    if (command.form == AtForm::kSet || command.form == AtForm::kExecute) {
      text += command.arguments;
    }
  }
  return text;
}

const LineCase kLines[] = {
    {"", ""},
    {"E0", "E0"},
    {"E0V1Q0", "E0 V1 Q0"},
    {"e0&F&c1", "E0 &F &C1"},
    {"Z", "Z"},
    {"S0=2S7=30X4", "S0=2 S7=30 X4"},
    {"S3?", "S3?"},
    {"+CSQ", "+CSQ"},
    {"+cmgf?", "+CMGF?"},
    {"+CMGF=?", "+CMGF=?"},
    {"+CMGF=0;+CSQ;+CMEE=1", "+CMGF=0 +CSQ +CMEE=1"},
    {"E0+CMEE=1;V1", "E0 +CMEE=1 V1"},
    {"+CPIN=\"12;34\";+CSQ", "+CPIN=\"12;34\" +CSQ"},
    {" + C S Q ; E 0", "+CSQ E0"},
    {"+CMGS=\"a b\"", "+CMGS=\"a b\""},
    {"^CURC=0;$QCMGF", "^CURC=0 $QCMGF"},
    {"D+62811;H", "D+62811 H"},
    {";;E1;", "E1"},
};

TEST_CASE("A line is its commands, in order") {
  for (const auto& row : kLines) {
    CAPTURE(row.line);
    const auto commands = ParseLine(row.line);
    REQUIRE(commands);
    CHECK(Show(*commands) == row.commands);
  }
}

TEST_CASE("What is no command line is refused") {
  for (const char* line :
       {"+", "+;E0", "=1", "1", "&", "&1", "\"", "+CSQ?1", "E0,V1"}) {
    CAPTURE(line);
    CHECK_FALSE(ParseLine(line));
  }
}

struct ArgumentCase {
  const char* text;
  std::vector<std::string> values;
};

const ArgumentCase kArguments[] = {
    {"", {}},
    {"1", {"1"}},
    {"1,2", {"1", "2"}},
    {",", {"", ""}},
    {"1,,3", {"1", "", "3"}},
    {"\"a,b\",1", {"a,b", "1"}},
    {"1,", {"1", ""}},
    {"\"\"", {""}},
};

TEST_CASE("Parameters are split at commas outside quotes") {
  for (const auto& row : kArguments) {
    CAPTURE(row.text);
    const auto arguments = ParseArguments(row.text);
    REQUIRE(arguments);
    std::vector<std::string> values;
    for (const Argument& argument : *arguments)
      values.push_back(argument.value);
    CHECK(values == row.values);
  }
  for (const char* bad : {"\"a", "\"a\"b", "\"a\"b,1"}) {
    CHECK_FALSE(ParseArguments(bad));
  }
}

TEST_CASE("A number is digits without quotes") {
  CHECK(Argument{"12", false}.Number() == 12);
  CHECK(Argument{"-1", false}.Number() == -1);
  for (const Argument& bad : {Argument{"12", true}, Argument{"1x", false},
                              Argument{"", false}, Argument{"99999999999"}}) {
    CHECK_FALSE(bad.Number());
  }
}

}  // namespace
}  // namespace smsweb::sim

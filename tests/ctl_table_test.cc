// What a person sees: tables, and the word that was meant.
#include "catch.h"
#include "ctl/suggest.h"
#include "ctl/table.h"

namespace smsweb::ctl {
namespace {

Table Example() {
  Table table({{.title = "ID"},
               {.title = "CREATED", .importance = 2},
               {.title = "N", .right = true},
               {.title = "NOTE", .importance = 1, .least = 6}});
  table.Add({"a1", "2026", "7", "a note that is long"});
  table.Add({"b", "2027", "12", ""});
  return table;
}

TEST_CASE("Where there is no terminal, a table is as wide as it is") {
  CHECK(Example().Render(0) ==
        "ID  CREATED   N  NOTE\n"
        "a1  2026      7  a note that is long\n"
        "b   2027     12\n");
}

TEST_CASE("A column that may be cut gives way first") {
  CHECK(Example().Render(30) ==
        "ID  CREATED   N  NOTE\n"
        "a1  2026      7  a note tha...\n"
        "b   2027     12\n");
}

TEST_CASE("Then the column of least importance goes") {
  CHECK(Example().Render(20) ==
        "ID   N  NOTE\n"
        "a1   7  a note th...\n"
        "b   12\n");
}

TEST_CASE("No line is wider than the terminal while the rest fits it") {
  for (std::size_t width = 6; width < 60; ++width) {
    std::istringstream lines(Example().Render(width));
    for (std::string line; std::getline(lines, line);) {
      CHECK(line.size() <= width);
    }
  }
}

TEST_CASE("Columns of no importance class stay however narrow it is") {
  CHECK(Example().Render(1) == "ID   N\na1   7\nb   12\n");
}

TEST_CASE("A column with nothing in it is not shown") {
  Table table({{.title = "ID"}, {.title = "ERROR", .importance = 1}});
  table.Add({"a", ""});
  CHECK(table.Render(0) == "ID\na\n");
}

TEST_CASE("Width is counted in code points, and none is split") {
  Table table({{.title = "A", .importance = 1, .least = 5}, {.title = "B"}});
  table.Add({"äöüßäöüß", "x"});
  CHECK(table.Render(0) == "A         B\näöüßäöüß  x\n");
  CHECK(table.Render(9) == "A       B\näöü...  x\n");
}

TEST_CASE("What would move a terminal's cursor is not printed") {
  CHECK(Printable("a\x1b[2Jb\rc\x7f") == "a?[2Jb?c?");
  CHECK(Printable("a\xc2\x9b"
                  "2Jb") == "a?2Jb");
  CHECK(Printable("Gr\xc3\xbc\xc3\x9f"
                  "e") ==
        "Gr\xc3\xbc\xc3\x9f"
        "e");
  // what turns the direction of a text, and what only looks like it
  CHECK(Printable("a\u202Eb\u2066c\u2019\u20AC") == "a?b?c\u2019\u20AC");
  CHECK(PrintableJson("{\"a\": \"\u202Ex\u009B31m\x7F\u00FC\"}\n") ==
        "{\"a\": \"\\u202ex\\u009b31m\\u007f\u00FC\"}\n");
  CHECK(Printable("one\ntwo\tthree\r") == "one?two?three?");
  CHECK(Printable("one\ntwo\tthree\r", true) == "one\ntwo\tthree?");
}

TEST_CASE("A mistyped word finds the one that was meant") {
  const std::vector<std::string> known = {"send", "show", "queue", "modem",
                                          "config"};
  CHECK(Suggest("sedn", known) == "send");
  CHECK(Suggest("quee", known) == "queue");
  CHECK(Suggest("modems", known) == "modem");
  CHECK(Suggest("cnofig", known) == "config");
}

TEST_CASE("A word that is like none finds none") {
  const std::vector<std::string> known = {"send", "show", "queue"};
  CHECK(Suggest("frobnicate", known) == std::nullopt);
  CHECK(Suggest("x", known) == std::nullopt);
  CHECK(Suggest("", known) == std::nullopt);
  CHECK(Suggest("send", {}) == std::nullopt);
}

}  // namespace
}  // namespace smsweb::ctl

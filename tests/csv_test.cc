// Tables as RFC 4180 has them.
#include "common/message/csv.h"

#include <vector>

#include "catch.h"

namespace smsweb {
namespace {

using State = CsvParser::State;
using Fields = std::vector<std::string>;

struct Read {
  std::vector<Fields> records;
  std::vector<std::int64_t> lines;  // where each begins
  std::string fault;
  std::int64_t fault_line = 0;
};

// In pieces of `piece` bytes.
Read ReadAll(std::string_view text, std::size_t piece) {
  CsvParser parser;
  Read read;
  const auto note = [&](State state) {
    if (state == State::kRecord) {
      read.records.push_back(parser.fields());
      read.lines.push_back(parser.first_line());
    }
    if (state == State::kFault) {
      read.fault = parser.fault();
      read.fault_line = parser.first_line();
    }
    return state != State::kFault;
  };
  for (std::size_t i = 0; i < text.size(); i += piece) {
    std::string_view bytes = text.substr(i, piece);
    while (!bytes.empty()) {
      if (!note(parser.Take(&bytes))) return read;
    }
  }
  note(parser.End());
  return read;
}

TEST_CASE("Records are read, in pieces of any size") {
  const struct {
    const char* text;
    std::vector<Fields> records;
    std::vector<std::int64_t> lines;
  } rows[] = {
      {"", {}, {}},
      {"a,b\r\nc,d\r\n", {{"a", "b"}, {"c", "d"}}, {1, 2}},
      {"a,b\nc,d", {{"a", "b"}, {"c", "d"}}, {1, 2}},
      {"\"a\",\"b,c\"\n", {{"a", "b,c"}}, {1}},
      {"\"say \"\"hi\"\"\",x\n", {{"say \"hi\"", "x"}}, {1}},
      {"\"two\r\nlines\",x\ny,z\n",
       {{"two\r\nlines", "x"}, {"y", "z"}},
       {1, 3}},
      {",\n", {{"", ""}}, {1}},
      {"a,\n", {{"a", ""}}, {1}},
      {"\"\"\n", {{""}}, {1}},
      {" a , b \n", {{" a ", " b "}}, {1}},
      {"\n\na\n\r\n\nb\n\n", {{"a"}, {"b"}}, {3, 6}},
      {"\xC3\xB6,\xE6\xBC\xA2\n", {{"\u00F6", "\u6F22"}}, {1}},
  };
  for (const auto& row : rows) {
    for (std::size_t piece : {1, 2, 3, 1000}) {
      INFO(row.text << " by " << piece);
      const Read read = ReadAll(row.text, piece);
      CHECK(read.fault.empty());
      CHECK(read.records == row.records);
      CHECK(read.lines == row.lines);
    }
  }
}

TEST_CASE("What is cut in a doubtful place is a fault") {
  const struct {
    std::string text;
    std::size_t records;  // before it
    std::int64_t line;
  } rows[] = {
      {"a,b\nc\"d\",e\n", 1, 2},
      {"a\n\"b\"c\n", 1, 2},
      {"a\n\"b\nc\n", 1, 2},
      {"a\rb\n", 0, 1},
      {"a\nb\r", 1, 2},
      {"a\n\"b\" ,c\n", 1, 2},
      {"x\n" + std::string(70000, 'a'), 1, 2},
      {"x\n" + std::string(70000, ','), 1, 2},
  };
  for (const auto& row : rows) {
    for (std::size_t piece : {1, 5, 100000}) {
      INFO(row.text.substr(0, 20) << " by " << piece);
      const Read read = ReadAll(row.text, piece);
      CHECK_FALSE(read.fault.empty());
      CHECK(read.fault_line == row.line);
      CHECK(read.records.size() == row.records);
    }
  }
}

}  // namespace
}  // namespace smsweb

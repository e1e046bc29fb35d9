// Files of messages: the first octet says which kind, the second in which
// pieces they come. Oracle: what is read does not depend on the pieces; lines
// only grow; and a table that is written again reads the same.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/message/csv.h"
#include "common/message/import_reader.h"
#include "oracle.h"

namespace smsweb::fuzz {
namespace {

ImportSource SourceOf(std::string_view text, std::size_t piece) {
  return {.read = [text, piece](char* buffer, std::size_t size) mutable
          -> std::expected<std::size_t, FieldFault> {
    const std::size_t count = std::min({size, piece, text.size()});
    text.copy(buffer, count);
    text.remove_prefix(count);
    return count;
  }};
}

std::string Describe(const ImportRow& row) {
  return std::to_string(row.first_line) + "-" + std::to_string(row.last_line) +
         ":" +
         (row.draft ? row.draft->to + "\n" + row.draft->text
                    : row.draft.error().code);
}

std::vector<std::string> Read(ImportFormat format, std::string_view text,
                              std::size_t piece) {
  const auto reader = MakeImportReader(format, {}, SourceOf(text, piece));
  std::vector<std::string> rows;
  std::int64_t line = 0;
  for (;;) {
    const auto row = reader->Next();
    if (!row) {
      rows.push_back(std::to_string(row.error().line) + row.error().what.code);
      return rows;
    }
    if (!*row) return rows;
    Require((*row)->first_line > line, "rows begin behind each other");
    line = (*row)->last_line;
    Require(line >= (*row)->first_line, "a row ends behind its beginning");
    rows.push_back(Describe(**row));
  }
}

std::vector<std::vector<std::string>> Records(std::string_view text) {
  CsvParser parser;
  std::vector<std::vector<std::string>> records;
  for (;;) {
    const bool end = text.empty();
    const auto state = end ? parser.End() : parser.Take(&text);
    if (state == CsvParser::State::kRecord) records.push_back(parser.fields());
    if (end || state == CsvParser::State::kFault) return records;
  }
}

std::string Write(const std::vector<std::vector<std::string>>& records) {
  std::string text;
  for (const auto& record : records) {
    std::string_view comma;
    for (const auto& field : record) {
      (text += comma) += '"';
      for (const char c : field) text.append(c == '"' ? 2 : 1, c);
      text += '"';
      comma = ",";
    }
    text += "\r\n";
  }
  return text;
}

}  // namespace
}  // namespace smsweb::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data,
                                      std::size_t size) {
  using namespace smsweb;
  using namespace smsweb::fuzz;
  if (size < 2) return 0;
  const auto format =
      data[0] % 2 == 0 ? ImportFormat::kCsv : ImportFormat::kJsonLines;
  const std::string_view text(reinterpret_cast<const char*>(data + 2),
                              size - 2);
  const std::size_t piece = 1 + data[1];
  Require(Read(format, text, piece) == Read(format, text, size),
          "the pieces make no difference");
  const auto records = Records(text);
  Require(Records(Write(records)) == records, "a table reads back");
  return 0;
}

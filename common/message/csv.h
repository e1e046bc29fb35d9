// Tables as RFC 4180 has them, read as they come: any number of bytes in, whole
// records out. Lines end with CRLF or LF; a field in quotes may hold both;
// empty lines are passed over.
//
// Stricter than most: a quote inside a field without quotes, anything between a
// closing quote and the next comma, and a CR without its LF are faults, for a
// text that was cut in the wrong place would be sent.
//
//   while (!bytes.empty()) {
//     switch (parser.Take(&bytes)) { ... }
//   }
//   parser.End();
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smsweb {

class CsvParser {
 public:
  enum class State : std::uint8_t {
    kMore,    // all bytes were taken, and no record has ended
    kRecord,  // fields() has one; take on
    kFault,   // there is no going on: fault() says why, line() where
  };

  // Takes bytes from the front of *bytes, up to the end of a record.
  State Take(std::string_view* bytes);
  // There are no more bytes. kMore: nor is there a record.
  State End();

  // Of the record.
  const std::vector<std::string>& fields() const { return fields_; }
  std::int64_t first_line() const { return first_line_; }  // from 1

  // Where the next byte stands.
  std::int64_t line() const { return line_; }
  const std::string& fault() const { return fault_; }

 private:
  enum class At : std::uint8_t {
    kFieldStart,
    kPlain,
    kQuoted,
    kQuote,  // in a field with quotes: its end, or the first of two
    kCr,
  };

  State TakeByte(char c);
  State TakeUnquoted(char c);
  State Add(char c);
  State EndRecord();
  State Fail(const char* why);
  void StartRecord();

  At at_ = At::kFieldStart;
  std::vector<std::string> fields_ = {""};  // the last is being read
  std::size_t size_ = 0;
  std::int64_t line_ = 1;
  std::int64_t first_line_ = 1;
  bool quoted_ = false;  // a field of the record has quotes
  bool ended_ = false;   // the record has been given out
  std::string fault_;
};

}  // namespace smsweb

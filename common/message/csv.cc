#include "common/message/csv.h"

#include "common/message/import_limits.h"

namespace smsweb {

CsvParser::State CsvParser::Take(std::string_view* bytes) {
  if (!fault_.empty()) return State::kFault;
  if (ended_) StartRecord();
  while (!bytes->empty()) {
    const char c = bytes->front();
    bytes->remove_prefix(1);
    const State state = TakeByte(c);
    if (c == '\n' && state != State::kFault) ++line_;
    if (state != State::kMore) return state;
  }
  return State::kMore;
}

CsvParser::State CsvParser::End() {
  if (!fault_.empty()) return State::kFault;
  if (ended_) StartRecord();
  if (at_ == At::kQuoted) return Fail("a quote is opened, and never closed");
  if (at_ == At::kCr) return Fail("a CR stands without an LF");
  return EndRecord();
}

CsvParser::State CsvParser::TakeByte(char c) {
  switch (at_) {
    case At::kQuoted:
      if (c != '"') return Add(c);
      at_ = At::kQuote;
      return State::kMore;
    case At::kQuote:
      if (c == '"') {
        at_ = At::kQuoted;
        return Add(c);
      }
      if (c == ',' || c == '\r' || c == '\n') return TakeUnquoted(c);
      return Fail(
          "something stands between a closing quote and the next comma");
    case At::kCr:
      if (c == '\n') return EndRecord();
      return Fail("a CR stands without an LF");
    case At::kFieldStart:
      if (c == '"') {
        quoted_ = true;
        at_ = At::kQuoted;
        return State::kMore;
      }
      return TakeUnquoted(c);
    case At::kPlain:
      if (c == '"') return Fail("a quote stands in a field without quotes");
      return TakeUnquoted(c);
  }
  return State::kMore;
}

CsvParser::State CsvParser::TakeUnquoted(char c) {
  switch (c) {
    case ',':
      if (++size_ > kLongestRecord) return Fail("the record is too long");
      fields_.emplace_back();
      at_ = At::kFieldStart;
      return State::kMore;
    case '\r':
      at_ = At::kCr;
      return State::kMore;
    case '\n':
      return EndRecord();
    default:
      at_ = At::kPlain;
      return Add(c);
  }
}

CsvParser::State CsvParser::Add(char c) {
  if (++size_ > kLongestRecord) return Fail("the record is too long");
  fields_.back() += c;
  return State::kMore;
}

// An empty line has one field, with nothing in it, not even quotes.
CsvParser::State CsvParser::EndRecord() {
  if (fields_.size() == 1 && fields_[0].empty() && !quoted_) {
    StartRecord();
    ++first_line_;
    return State::kMore;
  }
  ended_ = true;
  return State::kRecord;
}

CsvParser::State CsvParser::Fail(const char* why) {
  fault_ = why;
  return State::kFault;
}

void CsvParser::StartRecord() {
  at_ = At::kFieldStart;
  fields_.assign(1, "");
  size_ = 0;
  first_line_ = line_;
  quoted_ = false;
  ended_ = false;
}

}  // namespace smsweb

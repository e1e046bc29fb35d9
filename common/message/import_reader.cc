#include "common/message/import_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "common/message/csv.h"
#include "common/message/draft_json.h"
#include "common/message/import_limits.h"

namespace smsweb {
namespace {

using MaybeRow = std::expected<std::optional<ImportRow>, ImportFault>;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::unexpected<ImportFault> Stop(std::int64_t line, FieldFault what) {
  return std::unexpected(ImportFault{line, std::move(what)});
}

// The bytes of a source, as many at a time as it gives.
class Bytes {
 public:
  explicit Bytes(ImportSource source) : source_(std::move(source)) {}

  // What is there and was not taken; empty: there is no more.
  std::expected<std::string_view*, FieldFault> Look() {
    while (left_.empty() && !ended_) {
      if (auto fault = Fill()) return std::unexpected(std::move(*fault));
    }
    return &left_;
  }
  bool may_be_cut() const { return source_.may_be_cut; }

 private:
  std::optional<FieldFault> Fill() {
    std::size_t size = 0;
    do {
      const auto got =
          source_.read(buffer_.data() + size, buffer_.size() - size);
      if (!got) return got.error();
      ended_ = *got == 0;
      size += *got;
    } while (first_ && !ended_ && size < kByteOrderMark.size());
    left_ = {buffer_.data(), size};
    if (first_ && left_.starts_with(kByteOrderMark)) {
      left_.remove_prefix(kByteOrderMark.size());
    }
    first_ = false;
    return std::nullopt;
  }

  ImportSource source_;
  std::array<char, 16384> buffer_;
  std::string_view left_;
  bool first_ = true;
  bool ended_ = false;
};

FieldFault CutShort() {
  return {"body_cut_short", "",
          "the last line has no line break, and nobody says how long the file "
          "is: it may have been cut"};
}

class JsonLinesReader final : public ImportReader {
 public:
  JsonLinesReader(Draft defaults, ImportSource source)
      : defaults_(std::move(defaults)), bytes_(std::move(source)) {}

  MaybeRow Next() override {
    for (;;) {
      auto line = ReadLine();
      if (!line) return std::unexpected(std::move(line.error()));
      if (!*line) return std::nullopt;
      if (line_.find_first_not_of(" \t\r") != std::string::npos) return Row();
    }
  }

 private:
  // False: there is no more.
  std::expected<bool, ImportFault> ReadLine() {
    line_.clear();
    ++number_;
    for (;;) {
      const auto bytes = bytes_.Look();
      if (!bytes) return Stop(number_, bytes.error());
      if ((*bytes)->empty()) {
        if (line_.empty()) return false;
        if (bytes_.may_be_cut()) return Stop(number_, CutShort());
        return true;
      }
      const auto end = (*bytes)->find('\n');
      line_ += (*bytes)->substr(0, end);
      if (line_.size() > kLongestRecord) {
        return Stop(number_, {"malformed_json", "", "the line is too long"});
      }
      const bool whole = end != std::string_view::npos;
      (*bytes)->remove_prefix(whole ? end + 1 : (*bytes)->size());
      if (whole) return true;
    }
  }

  ImportRow Row() {
    auto request = DraftFromJson(line_, defaults_);
    ImportRow row{.first_line = number_, .last_line = number_};
    if (!request) {
      row.draft = std::unexpected(std::move(request.error()));
    } else if (request->recipients) {
      row.draft = std::unexpected(
          FieldFault{"wrong_type", "to", "to takes a string here"});
    } else {
      row.to = request->draft.to;
      row.draft = std::move(request->draft);
    }
    return row;
  }

  const Draft defaults_;
  Bytes bytes_;
  std::string line_;
  std::int64_t number_ = 0;
};

class CsvReader final : public ImportReader {
 public:
  CsvReader(Draft defaults, ImportSource source)
      : defaults_(std::move(defaults)), bytes_(std::move(source)) {}

  MaybeRow Next() override {
    if (columns_.empty()) {
      if (auto fault = ReadHeading()) return std::unexpected(std::move(*fault));
      if (columns_.empty()) return std::nullopt;
    }
    const auto record = ReadRecord();
    if (!record) return std::unexpected(record.error());
    if (!*record) return std::nullopt;
    return Row();
  }

 private:
  // False: there is no more.
  std::expected<bool, ImportFault> ReadRecord() {
    for (;;) {
      const auto bytes = bytes_.Look();
      if (!bytes) return Stop(parser_.line(), bytes.error());
      const bool end = (*bytes)->empty();
      switch (end ? parser_.End() : parser_.Take(*bytes)) {
        case CsvParser::State::kRecord:
          if (end && bytes_.may_be_cut())
            return Stop(parser_.line(), CutShort());
          last_line_ = end ? parser_.line() : parser_.line() - 1;
          return true;
        case CsvParser::State::kFault:
          return Stop(parser_.first_line(),
                      {"malformed_csv", "", parser_.fault()});
        case CsvParser::State::kMore:
          if (end) return false;
      }
    }
  }

  std::optional<ImportFault> ReadHeading() {
    const auto record = ReadRecord();
    if (!record) return record.error();
    if (!*record) return std::nullopt;
    for (const auto& name : parser_.fields()) {
      if (!IsDraftField(name)) {
        return Wrong("unknown_field", name,
                     "the heading has a column that messages do not have; "
                     "columns are separated by commas");
      }
      if (std::ranges::find(columns_, name) != columns_.end()) {
        return Wrong("malformed_csv", name, "the heading has a column twice");
      }
      columns_.push_back(name);
    }
    if (!Has("to")) {
      return Wrong("missing_field", "to", "the heading has no column \"to\"");
    }
    if (!Has("text") && defaults_.text.empty()) {
      return Wrong("missing_field", "text",
                   "the heading has no column \"text\"");
    }
    return std::nullopt;
  }

  ImportFault Wrong(const char* code, const std::string& field,
                    const char* detail) {
    columns_.clear();
    return {last_line_, {code, Shown(field), detail}};
  }

  bool Has(std::string_view name) const {
    return std::ranges::find(columns_, name) != columns_.end();
  }

  // An empty field says nothing, so that the default stands.
  ImportRow Row() const {
    const auto& fields = parser_.fields();
    ImportRow row{.first_line = parser_.first_line(), .last_line = last_line_};
    if (fields.size() != columns_.size()) {
      row.draft = std::unexpected(
          FieldFault{"malformed_csv", "",
                     fmt::format("it has {} fields, and the heading has {}",
                                 fields.size(), columns_.size())});
      return row;
    }
    Draft draft = defaults_;
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (columns_[i] == "to") row.to = fields[i];
      if (fields[i].empty()) continue;
      if (auto fault = ReadDraftField(columns_[i], fields[i], &draft)) {
        row.draft = std::unexpected(std::move(*fault));
        return row;
      }
    }
    row.draft = std::move(draft);
    return row;
  }

  const Draft defaults_;
  Bytes bytes_;
  CsvParser parser_;
  std::vector<std::string> columns_;
  std::int64_t last_line_ = 0;
};

// A source of which the beginning has been looked at; a fault that was met
// comes behind it.
struct Peeked {
  std::string bytes;
  std::size_t at = 0;
  std::optional<FieldFault> fault;
};

}  // namespace

std::string Peek(ImportSource* source, std::size_t size) {
  auto peeked = std::make_shared<Peeked>();
  std::string& bytes = peeked->bytes;
  bytes.resize(size);
  std::size_t count = 0;
  while (count < size && !peeked->fault) {
    const auto got = source->read(bytes.data() + count, size - count);
    if (!got) peeked->fault = got.error();
    if (!got || *got == 0) break;
    count += *got;
  }
  bytes.resize(count);
  source->read =
      [peeked, rest = std::move(source->read)](
          char* buffer,
          std::size_t room) -> std::expected<std::size_t, FieldFault> {
    const std::size_t copied = peeked->bytes.copy(buffer, room, peeked->at);
    peeked->at += copied;
    if (copied > 0) return copied;
    if (peeked->fault) return std::unexpected(*peeked->fault);
    return rest(buffer, room);
  };
  return bytes;
}

std::unique_ptr<ImportReader> MakeImportReader(ImportFormat format,
                                               Draft defaults,
                                               ImportSource source) {
  if (format == ImportFormat::kJsonLines) {
    return std::make_unique<JsonLinesReader>(std::move(defaults),
                                             std::move(source));
  }
  return std::make_unique<CsvReader>(std::move(defaults), std::move(source));
}

}  // namespace smsweb

#include "bench/sample/sample_csv.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "bench/sample/words.h"
#include "common/base/read_file.h"

namespace smsweb::bench {
namespace {

constexpr std::string_view kTime = "time";

std::string Digits(double value) {
  std::string digits = fmt::format("{:.3f}", value);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.ends_with('.')) digits.pop_back();
  return digits;
}

std::string Cell(const std::string& column, const Sample& sample) {
  if (column == kTime) return Digits(sample.seconds);
  const auto found = sample.values.find(column);
  return found == sample.values.end() ? "" : Digits(found->second);
}

std::vector<std::string_view> Split(std::string_view line) {
  std::vector<std::string_view> cells;
  if (line.ends_with('\r')) line.remove_suffix(1);
  const bool has_last = line.empty() || line.ends_with(',');
  while (!line.empty()) cells.push_back(TakeUntil(line, ','));
  if (has_last) cells.emplace_back();
  return cells;
}

// Reads the lines of one file.
class Reader {
 public:
  Reader(std::string_view csv, std::string_view name)
      : rest_(csv), name_(name) {}

  Result<std::vector<Sample>> Read() {
    auto header = TakeCells();
    if (!header) return std::unexpected(header.error());
    columns_ = std::move(*header);
    if (columns_.front() != kTime) {
      return Refuse(0,
                    "the first column is not \"time\": these are no samples "
                    "of smsweb-bench");
    }
    std::vector<Sample> samples;
    while (!rest_.empty()) {
      auto sample = ReadRow();
      if (!sample) return std::unexpected(sample.error());
      samples.push_back(std::move(*sample));
    }
    return samples;
  }

 private:
  std::unexpected<Error> Refuse(std::size_t column,
                                std::string_view why) const {
    const auto title = column < columns_.size() ? columns_[column] : "";
    return Fail(
        ErrorKind::kInvalid,
        fmt::format("{}:{}: column {}{}: {}", name_, line_, column + 1,
                    title.empty() ? "" : fmt::format(" ({})", title), why));
  }

  Result<std::vector<std::string_view>> TakeCells() {
    ++line_;
    if (rest_.find('\n') == rest_.npos) {
      return Refuse(Split(rest_).size() - 1,
                    "the line has no end: it was cut off; remove it, or take "
                    "the samples again");
    }
    return Split(TakeLine(rest_));
  }

  Result<Sample> ReadRow() {
    const auto cells = TakeCells();
    if (!cells) return std::unexpected(cells.error());
    if (cells->size() != columns_.size()) {
      return Refuse(std::min(cells->size(), columns_.size()),
                    fmt::format("there are {} values for {} columns",
                                cells->size(), columns_.size()));
    }
    Sample sample;
    for (std::size_t i = 0; i < cells->size(); ++i) {
      if (auto read = ReadCell(i, (*cells)[i], sample); !read) {
        return std::unexpected(read.error());
      }
    }
    return sample;
  }

  Result<void> ReadCell(std::size_t column, std::string_view cell,
                        Sample& sample) const {
    if (cell.empty() && column > 0) return {};
    const auto number = ToNumber<double>(cell);
    if (!number || !std::isfinite(*number)) {
      return Refuse(column, fmt::format("\"{}\" is no number", cell));
    }
    if (column == 0) {
      sample.seconds = *number;
    } else {
      sample.values[std::string(columns_[column])] = *number;
    }
    return {};
  }

  std::string_view rest_;
  std::string_view name_;
  std::size_t line_ = 0;
  std::vector<std::string_view> columns_;
};

}  // namespace

std::string CsvHeader(const std::vector<SampleColumn>& columns) {
  std::vector<std::string_view> names;
  names.reserve(columns.size());
  for (const auto& column : columns) names.push_back(column.name);
  return fmt::format("{}\n", fmt::join(names, ","));
}

std::string CsvRow(const std::vector<SampleColumn>& columns,
                   const Sample& sample) {
  std::vector<std::string> cells;
  cells.reserve(columns.size());
  for (const auto& column : columns) cells.push_back(Cell(column.name, sample));
  return fmt::format("{}\n", fmt::join(cells, ","));
}

Result<std::vector<Sample>> ParseSamples(std::string_view csv,
                                         std::string_view name) {
  return Reader(csv, name).Read();
}

Result<std::vector<Sample>> ReadSamples(const std::filesystem::path& csv) {
  const auto text = ReadFile(csv);
  if (!text) return std::unexpected(text.error());
  return ParseSamples(*text, csv.string());
}

}  // namespace smsweb::bench

#include "bench/load/ab_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "bench/load/apache_bench.h"

namespace smsweb::bench {
namespace {

constexpr std::string_view kGreeting = "This is ApacheBench, Version ";
constexpr std::int64_t kMicrosPerMilli = 1000;

// The number at the beginning of `text`, after blanks.
template <typename T>
std::optional<T> NumberAt(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  T number{};
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

// The number after `label`; 0: it is not there.
template <typename T>
T NumberAfter(std::string_view text, std::string_view label) {
  const auto found = text.find(label);
  if (found == std::string_view::npos) return T{};
  return NumberAt<T>(text.substr(found + label.size())).value_or(T{});
}

// "Failed requests: 3" counts other lengths, too, which are told apart in the
// line after it: "   (Connect: 1, Receive: 0, Length: 2, Exceptions: 0)".
std::uint64_t ReadFailed(std::string_view output) {
  const auto failed = NumberAfter<std::uint64_t>(output, "\nFailed requests:");
  const auto kinds = output.find("\n   (Connect:");
  if (kinds == std::string_view::npos) return failed;
  std::string_view line = output.substr(kinds + 1);
  line = line.substr(0, line.find('\n'));
  return NumberAfter<std::uint64_t>(line, "Connect:") +
         NumberAfter<std::uint64_t>(line, "Receive:") +
         NumberAfter<std::uint64_t>(line, "Exceptions:");
}

std::uint64_t ReadOtherLength(std::string_view output) {
  const auto kinds = output.find("\n   (Connect:");
  if (kinds == std::string_view::npos) return 0;
  return NumberAfter<std::uint64_t>(output.substr(kinds), "Length:");
}

AbCounts ReadCounts(std::string_view output, const AbResult& result) {
  const auto number = [&](std::string_view label) {
    return NumberAfter<std::uint64_t>(output, label);
  };
  return {.complete = result.complete,
          .non_2xx = result.non_2xx,
          .other_length = ReadOtherLength(output),
          .first_length = number("\nDocument Length:"),
          .body_bytes = number("\nHTML transferred:"),
          .all_bytes = result.bytes_received};
}

std::uint64_t Less(std::uint64_t all, std::uint64_t part) {
  return all - std::min(all, part);
}

void AddFault(std::string_view fault, std::uint64_t count, AbResult& result) {
  if (count == 0) return;
  result.faults[std::string(fault)] = count;
  result.failed += count;
}

// Where it gave up it only says "Total of 6 requests completed", if any was.
std::uint64_t ReadComplete(std::string_view output) {
  const auto complete =
      NumberAfter<std::uint64_t>(output, "\nComplete requests:");
  return complete > 0 ? complete
                      : NumberAfter<std::uint64_t>(output, "Total of ");
}

std::vector<std::string_view> SplitTabs(std::string_view line) {
  std::vector<std::string_view> fields;
  while (true) {
    const auto tab = line.find('\t');
    fields.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return fields;
    line.remove_prefix(tab + 1);
  }
}

// Which column is `ttime`; none: no file of ab's.
std::optional<std::size_t> TimeColumn(std::string_view header) {
  const auto names = SplitTabs(header);
  const auto found = std::ranges::find(names, "ttime");
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

std::optional<std::int64_t> TimeOf(std::string_view line, std::size_t column) {
  const auto fields = SplitTabs(line);
  if (column >= fields.size()) return std::nullopt;
  return NumberAt<std::int64_t>(fields[column]);
}

}  // namespace

AbUnproven Unproven(const AbCounts& counts) {
  const std::uint64_t others = Less(counts.complete, counts.non_2xx);
  const std::uint64_t differ = Less(counts.other_length, counts.non_2xx);
  if (counts.all_bytes == 0) return {others, "ab: no answer"};
  if (counts.body_bytes == 0) return {others, "ab: no body to tell by"};
  if (counts.first_length == 0) {
    return {Less(others, differ), "ab: short answers"};
  }
  return {std::min(others, differ), "ab: another length"};
}

Result<AbResult> ParseAb(std::string_view output) {
  if (!output.starts_with(kGreeting)) {
    return Fail(ErrorKind::kInvalid,
                "ab: expected its report, which begins with \"This is "
                "ApacheBench\"");
  }
  AbResult result;
  result.output = output;
  result.complete = ReadComplete(output);
  result.non_2xx = NumberAfter<std::uint64_t>(output, "\nNon-2xx responses:");
  result.seconds = NumberAfter<double>(output, "\nTime taken for tests:");
  result.bytes_received =
      NumberAfter<std::uint64_t>(output, "\nTotal transferred:");
  AddFault("ab: failed", ReadFailed(output), result);
  if (!output.contains("\nTotal transferred:")) return result;  // it gave up
  const auto unproven = Unproven(ReadCounts(output, result));
  AddFault(unproven.fault, unproven.count, result);
  return result;
}

Result<LatencyHistogram> ReadAbTimes(std::istream& file) {
  std::string line;
  std::getline(file, line);
  const auto column = TimeColumn(line);
  if (!column) {
    return Fail(ErrorKind::kInvalid, "ab -g: line 1 names no column ttime");
  }
  LatencyHistogram latency;
  for (int number = 2; std::getline(file, line); ++number) {
    const auto millis = TimeOf(line, *column);
    if (!millis) {
      return Fail(ErrorKind::kInvalid,
                  fmt::format("ab -g: line {} has no time", number));
    }
    latency.Record(*millis * kMicrosPerMilli);
  }
  return latency;
}

std::string ReadAbVersion(std::string_view output) {
  if (!output.starts_with(kGreeting)) return {};
  output.remove_prefix(kGreeting.size());
  return std::string(output.substr(0, output.find(' ')));
}

}  // namespace smsweb::bench

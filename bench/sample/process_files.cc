#include "bench/sample/process_files.h"

#include <csignal>
#include <vector>

#include "bench/sample/words.h"

namespace smsweb::bench {
namespace {

// Fields of /proc/PID/stat, numbered as proc(5) does.
constexpr std::size_t kState = 3;
constexpr std::size_t kParent = 4;
constexpr std::size_t kSession = 6;
constexpr std::size_t kUserTime = 14;
constexpr std::size_t kSystemTime = 15;
constexpr std::size_t kChildrenUserTime = 16;
constexpr std::size_t kChildrenSystemTime = 17;
constexpr std::size_t kThreads = 20;
constexpr std::size_t kStartTime = 22;
constexpr std::size_t kResident = 24;

// From field 3 on: those up to kResident.
std::vector<std::string_view> SplitFields(std::string_view line) {
  std::vector<std::string_view> fields(kState);
  fields.reserve(kResident + 1);
  while (fields.size() <= kResident) fields.push_back(TakeWord(line));
  return fields;
}

// Fields as numbers, of which none may be missing.
class Numbers {
 public:
  explicit Numbers(const std::vector<std::string_view>& fields)
      : fields_(fields) {}
  std::uint64_t At(std::size_t field) {
    const auto number = ToNumber<std::int64_t>(fields_[field]);
    if (!number || *number < 0) {
      good_ = false;
      return 0;
    }
    return static_cast<std::uint64_t>(*number);
  }
  bool good() const { return good_; }

 private:
  const std::vector<std::string_view>& fields_;
  bool good_ = true;
};

// "Key:   value": the value of the first line with this key.
std::optional<std::uint64_t> Find(std::string_view text, std::string_view key,
                                  int base = 10) {
  while (!text.empty()) {
    auto line = TakeLine(text);
    if (TakeUntil(line, ':') != key) continue;
    const auto word = TakeWord(line);
    std::uint64_t number = 0;
    const auto read =
        std::from_chars(word.data(), word.data() + word.size(), number, base);
    if (read.ec != std::errc()) return std::nullopt;
    return number;
  }
  return std::nullopt;
}

}  // namespace

// The name may hold anything, ") 1 2" too: its end is the last parenthesis.
std::optional<ProcessStat> ParseProcessStat(std::string_view text) {
  const auto open = text.find('(');
  const auto close = text.rfind(')');
  if (open == text.npos || close == text.npos || close < open) {
    return std::nullopt;
  }
  auto before = text.substr(0, open);
  const auto pid = TakeNumber<pid_t>(before);
  auto rest = text.substr(close + 1);
  const auto fields = SplitFields(TakeLine(rest));
  const auto parent = ToNumber<pid_t>(fields[kParent]);
  const auto session = ToNumber<pid_t>(fields[kSession]);
  if (!pid || !parent || !session || fields[kState].empty()) {
    return std::nullopt;
  }
  Numbers numbers(fields);
  ProcessStat stat{.pid = *pid,
                   .name = std::string(text.substr(open + 1, close - open - 1)),
                   .state = fields[kState].front(),
                   .parent = *parent,
                   .session = *session,
                   .own_ticks = numbers.At(kUserTime) + numbers.At(kSystemTime),
                   .reaped_ticks = numbers.At(kChildrenUserTime) +
                                   numbers.At(kChildrenSystemTime),
                   .threads = numbers.At(kThreads),
                   .start_ticks = numbers.At(kStartTime),
                   .resident_pages = numbers.At(kResident)};
  if (!numbers.good()) return std::nullopt;
  return stat;
}

std::optional<ProcessStatus> ParseProcessStatus(std::string_view text) {
  const auto ignored = Find(text, "SigIgn", 16);
  const auto voluntary = Find(text, "voluntary_ctxt_switches");
  const auto forced = Find(text, "nonvoluntary_ctxt_switches");
  if (!ignored || !voluntary || !forced) return std::nullopt;
  return ProcessStatus{
      .switches = *voluntary + *forced,
      .ignores_children = (*ignored >> (SIGCHLD - 1) & 1) != 0};
}

std::optional<ProcessIo> ParseProcessIo(std::string_view text) {
  const auto read = Find(text, "read_bytes");
  const auto written = Find(text, "write_bytes");
  if (!read || !written) return std::nullopt;
  return ProcessIo{.read = *read, .written = *written};
}

std::optional<std::uint64_t> ParseDescriptorLimit(std::string_view text) {
  constexpr std::string_view kName = "Max open files";
  while (!text.empty()) {
    auto line = TakeLine(text);
    if (!line.starts_with(kName)) continue;
    line.remove_prefix(kName.size());
    return TakeNumber<std::uint64_t>(line);
  }
  return std::nullopt;
}

}  // namespace smsweb::bench

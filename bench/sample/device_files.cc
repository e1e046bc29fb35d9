#include "bench/sample/device_files.h"

#include "bench/sample/words.h"

namespace smsweb::bench {
namespace {

// The number at that place of the line, from 0.
std::optional<std::uint64_t> NumberAt(std::string_view line, int place) {
  for (int i = 0; i < place; ++i) TakeWord(line);
  return TakeNumber<std::uint64_t>(line);
}

// "lo: RECEIVED and 7 more  SENT and 7 more"
bool AddInterface(std::string_view line, InterfaceBytes& bytes) {
  const auto received = NumberAt(line, 0);
  const auto sent = NumberAt(line, 8);
  if (!received || !sent) return false;
  bytes.received += *received;
  bytes.sent += *sent;
  return true;
}

}  // namespace

std::optional<InterfaceBytes> ParseInterfaces(std::string_view text) {
  InterfaceBytes bytes;
  TakeLine(text);
  TakeLine(text);  // two lines of titles
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    auto line = TakeLine(text);
    TakeUntil(line, ':');
    if (!AddInterface(line, bytes)) return std::nullopt;
  }
  return bytes;
}

std::map<std::string, std::int64_t> ParseNetCounters(std::string_view text) {
  std::map<std::string, std::int64_t> counters;
  while (!text.empty()) {
    auto names = TakeLine(text);
    auto values = TakeLine(text);
    const auto protocol = TakeUntil(names, ':');
    if (TakeUntil(values, ':') != protocol) break;
    for (auto name = TakeWord(names); !name.empty(); name = TakeWord(names)) {
      const auto value = TakeNumber<std::int64_t>(values);
      if (!value) break;
      counters[std::string(protocol) + "." + std::string(name)] = *value;
    }
  }
  return counters;
}

std::optional<std::uint64_t> ParseTimeWait(std::string_view text) {
  while (!text.empty()) {
    auto line = TakeLine(text);
    if (TakeWord(line) != "TCP:") continue;
    for (auto name = TakeWord(line); !name.empty(); name = TakeWord(line)) {
      const auto value = TakeNumber<std::uint64_t>(line);
      if (name == "tw") return value;
    }
  }
  return std::nullopt;
}

std::map<std::string, DiskCounters> ParseDisks(std::string_view text) {
  constexpr std::uint64_t kSector = 512;  // whatever the disk's own are
  std::map<std::string, DiskCounters> disks;
  while (!text.empty()) {
    auto line = TakeLine(text);
    TakeWord(line);
    TakeWord(line);  // major, minor
    const auto name = TakeWord(line);
    const auto read = NumberAt(line, 2);
    const auto written = NumberAt(line, 6);
    const auto busy = NumberAt(line, 9);
    if (!read || !written || !busy) continue;
    disks[std::string(name)] = {.read = *read * kSector,
                                .written = *written * kSector,
                                .busy_ms = *busy};
  }
  return disks;
}

}  // namespace smsweb::bench

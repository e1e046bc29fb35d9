#include <fmt/format.h>

#include <span>

#include "bench/sample/sampler.h"

namespace smsweb::bench {
namespace {

struct Known {
  const char* name;
  const char* unit;
  const char* meaning;
};

constexpr Known kPaper[] = {
    {"time", "s", "since the first look, at the end of what the row tells"},
    {"cpu_percent", "%",
     "processors in use, of all cores together; as psutil.cpu_percent: all but "
     "idle time and waiting for disks"},
    {"memory_percent", "%",
     "memory that is not available to programs; as "
     "psutil.virtual_memory().percent: (total - available) / total"},
    {"rx_bytes_per_second", "bytes/s",
     "received by all network interfaces; as psutil.net_io_counters: the "
     "loopback is one of them, and on it each byte is received and sent"},
    {"tx_bytes_per_second", "bytes/s",
     "sent by all network interfaces, the loopback too"},
};

constexpr Known kTimes[] = {
    {"unix_time", "s", "the same instant, since 1970 in UTC"},
};

constexpr Known kCore = {"cpu{}_percent", "%",
                         "this core in use; empty while it is switched off"};

constexpr Known kMachine[] = {
    {"user_percent", "%", "of all cores: programs, those of low priority too"},
    {"system_percent", "%", "of all cores: the kernel, its interrupts too"},
    {"iowait_percent", "%", "of all cores: idle, while a disk was waited for"},
    {"steal_percent", "%",
     "of all cores: taken by the host of this virtual machine; part of "
     "cpu_percent"},
    {"mhz", "MHz", "the cores' frequency now, on the average"},
    {"memory_used_bytes", "bytes", "total - available"},
    {"memory_available_bytes", "bytes",
     "what programs could still have without swapping"},
    {"swap_used_bytes", "bytes", "swapped out"},
    {"disk_read_bytes_per_second", "bytes/s", "read from all disks"},
    {"disk_written_bytes_per_second", "bytes/s", "written to all disks"},
    {"disk_busy_percent", "%",
     "of the time, the busiest disk had something to do"},
    {"descriptors_open", "", "open files of the whole machine, sockets too"},
    {"context_switches_per_second", "1/s", "of all cores together"},
    {"interrupts_per_second", "1/s", "of all kinds, on all cores together"},
    {"forks_per_second", "1/s", "processes and threads that were started"},
    {"tcp_listen_overflows_per_second", "1/s",
     "connections that a full listen queue had no room for"},
    {"tcp_listen_drops_per_second", "1/s",
     "connections dropped at a listening socket, for whatever reason"},
    {"tcp_retransmits_per_second", "1/s", "segments that were sent again"},
    {"tcp_established", "",
     "connections that are established; one over the loopback has both its "
     "ends here and counts twice"},
    {"tcp_time_wait", "", "closed connections that still hold their port"},
};

constexpr Known kGroup[] = {
    {"{}_processes", "", "processes of the group that run"},
    {"{}_threads", "", "their threads"},
    {"{}_cpu_percent", "%",
     "of all cores together: what they used, and what children used that they "
     "have waited for"},
    {"{}_memory_bytes", "bytes",
     "resident memory, added up: what several share counts for each"},
    {"{}_descriptors", "", "descriptors that they have open"},
    {"{}_descriptors_greatest", "", "the most that one of them has"},
    {"{}_descriptors_limit", "", "that one's soft limit"},
    {"{}_context_switches_per_second", "1/s",
     "voluntary or not, of threads that still run"},
    {"{}_read_bytes_per_second", "bytes/s",
     "fetched from disks for them, and for children that they have waited for"},
    {"{}_written_bytes_per_second", "bytes/s", "the same: given to disks"},
};

SampleColumn Made(const Known& known, const std::string& of = "") {
  return {fmt::format(fmt::runtime(known.name), of), known.unit, known.meaning};
}

void Add(std::span<const Known> known, std::vector<SampleColumn>& columns,
         const std::string& of = "") {
  for (const Known& column : known) columns.push_back(Made(column, of));
}

std::vector<SampleColumn> Assemble(const std::vector<std::string>& cores,
                                   const std::vector<std::string>& groups) {
  std::vector<SampleColumn> columns;
  Add(kPaper, columns);
  Add(kTimes, columns);
  for (const auto& core : cores) columns.push_back(Made(kCore, core));
  Add(kMachine, columns);
  for (const auto& group : groups) Add(kGroup, columns, group);
  return columns;
}

}  // namespace

std::vector<SampleColumn> Columns(int cores,
                                  const std::vector<std::string>& groups) {
  std::vector<std::string> numbers;
  numbers.reserve(static_cast<std::size_t>(cores));
  for (int i = 0; i < cores; ++i) numbers.push_back(std::to_string(i));
  return Assemble(numbers, groups);
}

std::string ColumnsTable() {
  std::string table = "| column | unit | meaning |\n|---|---|---|\n";
  for (const auto& column : Assemble({"N"}, {"GROUP"})) {
    table += fmt::format("| `{}` | {} | {} |\n", column.name, column.unit,
                         column.meaning);
  }
  return table;
}

}  // namespace smsweb::bench

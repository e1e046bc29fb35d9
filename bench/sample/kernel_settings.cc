#include <algorithm>
#include <string_view>

#include "bench/sample/proc_folder.h"
#include "bench/sample/snapshot.h"
#include "bench/sample/words.h"

namespace smsweb::bench {
namespace {

// What a ceiling may depend on.
constexpr const char* kSettings[] = {
    "fs.file-max",
    "fs.nr_open",
    "kernel.pid_max",
    "kernel.threads-max",
    "net.core.netdev_max_backlog",
    "net.core.somaxconn",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_abort_on_overflow",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_max_orphans",
    "net.ipv4.tcp_max_syn_backlog",
    "net.ipv4.tcp_max_tw_buckets",
    "net.ipv4.tcp_mem",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.tcp_tw_reuse",
    "vm.max_map_count",
    "vm.overcommit_memory",
    "vm.swappiness",
};

// "32768\t60999\n" as "32768 60999".
std::string Words(std::string_view text) {
  std::string words;
  auto line = TakeLine(text);
  for (auto word = TakeWord(line); !word.empty(); word = TakeWord(line)) {
    if (!words.empty()) words += ' ';
    words += word;
  }
  return words;
}

std::string FileOf(std::string setting) {
  std::ranges::replace(setting, '.', '/');
  return "sys/" + setting;
}

}  // namespace

std::map<std::string, std::string> KernelSettings(
    const std::filesystem::path& proc) {
  std::map<std::string, std::string> settings;
  auto folder = ProcFolder::Open(proc);
  if (!folder) return settings;
  for (const char* setting : kSettings) {
    if (const auto text = folder->Read(FileOf(setting))) {
      settings[setting] = Words(*text);
    }
  }
  return settings;
}

}  // namespace smsweb::bench

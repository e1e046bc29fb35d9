// A /proc and a /sys in a temporary folder, which tests write as they like.
#pragma once

#include <fmt/format.h>
#include <sys/types.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "temp_folder.h"

namespace smsweb::bench {

// What tests change of a process.
struct FakeProcess {
  std::string name = "nginx";
  char state = 'S';
  pid_t parent = 1;
  pid_t session = 1;
  int own_ticks = 0;
  int reaped_ticks = 0;
  int threads = 1;
  int start = 100;
  int pages = 10;
  int descriptors = 3;
  int limit = 1024;
  int switches = 0;
  std::string ignored_signals = "0000000000000000";
  int read = 0;
  int written = 0;
};

class FakeProc {
 public:
  FakeProc() {
    Write("proc/stat",
          "cpu  0 0 0 0 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0 0 0\n"
          "intr 0\nctxt 0\nprocesses 0\n");
  }

  std::filesystem::path proc() const { return folder_ / "proc"; }
  std::filesystem::path sys() const { return folder_ / "sys"; }

  void Write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

  void Put(pid_t pid, const FakeProcess& process) const {
    const std::string at = fmt::format("proc/{}/", pid);
    std::filesystem::remove_all(folder_ / at);
    Write(at + "stat", StatOf(pid, process));
    Write(at + "status", StatusOf(process));
    for (int i = 0; i < process.threads && process.threads > 1; ++i) {
      Write(fmt::format("{}task/{}/status", at, pid + i), StatusOf(process));
    }
    Write(at + "io", fmt::format("rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\n"
                                 "read_bytes: {}\nwrite_bytes: {}\n"
                                 "cancelled_write_bytes: 0\n",
                                 process.read, process.written));
    Write(at + "limits",
          fmt::format("Max open files            {}    "
                      "              20000                files\n",
                      process.limit));
    std::filesystem::create_directories(folder_ / (at + "fd"));
    for (int i = 0; i < process.descriptors; ++i) {
      Write(fmt::format("{}fd/{}", at, i), "");
    }
  }

  void Remove(pid_t pid) const {
    std::filesystem::remove_all(proc() / std::to_string(pid));
  }

 private:
  static std::string StatOf(pid_t pid, const FakeProcess& p) {
    return fmt::format(
        "{} ({}) {} {} {} {} 0 -1 4194304 100 0 0 0 {} 0 {} 0 20 0 {} 0 {} "
        "3133440 {} 18446744073709551615 1 1 0 0\n",
        pid, p.name, p.state, p.parent, p.session, p.session, p.own_ticks,
        p.reaped_ticks, p.threads, p.start, p.pages);
  }
  static std::string StatusOf(const FakeProcess& p) {
    return fmt::format(
        "Name:\t{}\nSigIgn:\t{}\nvoluntary_ctxt_switches:\t{}\n"
        "nonvoluntary_ctxt_switches:\t0\n",
        p.name, p.ignored_signals, p.switches);
  }

  TempFolder folder_;
};

}  // namespace smsweb::bench

// Where a simulator's records and its wire trace go.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "common/base/error.h"
#include "common/base/unique_fd.h"
#include "sim/instant.h"
#include "sim/network.h"

namespace smsweb::sim {

// Appends to a file, or writes to standard output: whole lines, and one
// write(2) for those that belong together, so that no other process's end can
// tear them.
class FileSink final : public RecordSink {
 public:
  static Result<FileSink> Open(
      const std::string& path);  // "-": standard output

  // An error is said on standard error as well: the records are incomplete.
  Result<void> Write(std::string_view lines) override;

 private:
  explicit FileSink(int fd) : fd_(fd) {}
  UniqueFd fd_;
};

// A readable line for each read and write:
//
//   2026-11-23T07:16:48.123456Z sim-1 < AT+CMGS=20\r
//   2026-11-23T07:16:48.123498Z sim-1 > \r\n>
//
// '<' is the host, '>' the modem. Digits of a PIN are shown as '*'.
class WireTrace {
 public:
  enum class Side { kHost, kModem };
  explicit WireTrace(UniqueFd fd) : fd_(std::move(fd)) {}
  void Add(std::string_view modem, Side side, std::string_view bytes,
           const Instant& now);

 private:
  UniqueFd fd_;
  // By modem and side, the line that is being written, to know a PIN in it.
  std::map<std::string, std::string, std::less<>> lines_;
};

Result<UniqueFd> OpenAppending(const std::string& path);

}  // namespace smsweb::sim

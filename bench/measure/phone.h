// The simulated phones: what has arrived there by the simulator's record
// (docs/simulator.md), read as it grows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "bench/measure/wire_times.h"
#include "bench/process/growing_file.h"

namespace smsweb::bench {

class Phone {
 public:
  explicit Phone(const std::filesystem::path& record) : record_(record) {}

  // Takes what is new. Lines that are no messages are passed over.
  void Look();

  std::uint64_t messages() const { return messages_; }
  // By text; of several with the same, the first.
  const std::map<std::string, WireTime>& times() const { return times_; }

 private:
  void Take(std::string_view line);

  GrowingFile record_;
  std::uint64_t messages_ = 0;
  std::map<std::string, WireTime> times_;
};

}  // namespace smsweb::bench

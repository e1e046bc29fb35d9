// A histogram of latencies with a high dynamic range (HDR): counts in buckets
// whose width grows with the value, so that each value from 1 µs to more than
// an hour is kept to three significant digits, in some twenty thousand
// counters, and recording one is two shifts and an addition. Histograms of
// several processes are added.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"

namespace smsweb::bench {

// Of what a histogram gives.
inline double ToMillis(std::int64_t micros) {
  return static_cast<double>(micros) / 1e3;
}

class LatencyHistogram {
 public:
  static constexpr std::size_t kCounters = 23'552;

  LatencyHistogram();

  // A latency in microseconds. Negative ones count as 0, those past the range
  // as the greatest that there is.
  void Record(std::int64_t micros, std::uint64_t count = 1);
  void Add(const LatencyHistogram& other);

  std::uint64_t count() const { return count_; }
  // Of what was recorded, to three digits. 0 where nothing was.
  std::int64_t Min() const;
  std::int64_t Max() const;
  double Mean() const;
  double Deviation() const;
  // The value at or under which `percent` (0 to 100) of all lie, in
  // microseconds.
  std::int64_t Percentile(double percent) const;

  // Every bucket that holds something: its greatest value in µs, and how many.
  struct Bucket {
    std::int64_t micros = 0;
    std::uint64_t count = 0;
  };
  std::vector<Bucket> Buckets() const;
  // As "MICROS:COUNT MICROS:COUNT ...", and back.
  std::string ToText() const;
  static Result<LatencyHistogram> FromText(std::string_view text);

  // The counters themselves, kCounters of them, for a copy in shared memory.
  std::span<const std::uint64_t> counters() const { return counters_; }
  static LatencyHistogram FromCounters(std::span<const std::uint64_t> counters);

 private:
  std::vector<std::uint64_t> counters_;
  std::uint64_t count_ = 0;
};

}  // namespace smsweb::bench

// What ab writes, read: beside ParseAb() (apache_bench.h) its -g file and its
// version.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <string_view>

#include "bench/load/latency.h"
#include "common/base/error.h"

namespace smsweb::bench {

// What ab says of the answers, all in all, where it was run without -l.
struct AbCounts {
  std::uint64_t complete = 0;
  std::uint64_t non_2xx = 0;
  std::uint64_t other_length = 0;  // than the first one's body, 2xx or not
  std::uint64_t first_length = 0;  // bytes: "Document Length"
  std::uint64_t body_bytes = 0;    // of all: "HTML transferred"
  std::uint64_t all_bytes = 0;     // "Total transferred"
};

// ab takes a connection that is closed for an answer, with or without bytes,
// HTTP or not: it looks neither for an end nor at Content-Length. Its only sign
// is the length of the body. So of those that are not known as non-2xx these
// are not proven to have come whole, and must not be told as success:
//   - all, where no body had a byte;
//   - those as empty as the first, where others had a body;
//   - else those of another length than the first; an answer that is not 2xx is
//     taken to have its own length, and is not counted twice.
// Too many, where whole answers differ in length. `fault` is what to call them.
struct AbUnproven {
  std::uint64_t count = 0;
  std::string_view fault;
};
AbUnproven Unproven(const AbCounts& counts);

// A file of -g: a line of names, and a line for each answer, of which the
// column `ttime` is its time in whole milliseconds, connecting included. Sorted
// by it, not by when they came. kInvalid: another file, with the line.
Result<LatencyHistogram> ReadAbTimes(std::istream& file);

// "2.3", of what -V says; empty: that is not ab.
std::string ReadAbVersion(std::string_view output);

}  // namespace smsweb::bench

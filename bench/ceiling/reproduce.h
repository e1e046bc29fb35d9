// The trials of --reproduce-252, apart from ab itself, so that a test can bring
// another one.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "bench/ceiling/ceiling.h"
#include "bench/process/child.h"
#include "common/base/error.h"

namespace smsweb::bench {

// ab, run once.
struct AbRun {
  std::string command;  // to be pasted into a shell
  bool completed = false;
  bool out_of_descriptors = false;  // it said "Too many open files"
  std::string words;  // its own, where it gave up; and what of its
                      // answers was not 2xx
};

// Of what ab left. ended.output has the report of a run that was completed.
AbRun ReadAbRun(const std::string& command, std::uint64_t requests,
                const Ended& ended);
// The line in which ab says why it gave up, among those of its progress. Empty:
// there is none.
std::string WhereAbGaveUp(std::string_view errors);

// ab's own descriptors beside its connections: 0, 1, 2 and its poll set (APR's
// epoll). With a limit of 256 they leave the paper's 252.
inline constexpr std::uint64_t kDescriptorsOfAb = 4;

struct AbTrials {
  // Once, with this limit of descriptors for ab.
  std::function<Result<AbRun>(const std::string& url, std::uint64_t concurrency,
                              std::uint64_t descriptors)>
      run;
  std::uint64_t hard_limit = 0;  // of descriptors, ours
};

// What ab itself does is taken as it comes, and tried again, three times at the
// most, only where it ended neither well nor for want of descriptors: then it
// says nothing of either. kUnavailable: it never did say.
//
// Where this ab needs another number of descriptors than four, the number is
// found, and both limits are tried by it, too.
Result<Reproduction> Reproduce252(const Reproduce252Plan& plan,
                                  const AbTrials& ab, const Say& say);

}  // namespace smsweb::bench

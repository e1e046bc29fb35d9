// What the search for a ceiling does to a server. find_ceiling.cc decides by
// what a Prober tells; the real one loads a target, a test's invents.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "bench/ceiling/ceiling.h"
#include "common/base/error.h"

namespace smsweb::bench {

class Prober {
 public:
  virtual ~Prober() = default;
  // Waits until the server holds no connection of the load before, so that what
  // is left of it does no harm to the next. kUnavailable: it still does, and
  // nothing has changed in a minute.
  virtual Result<void> AwaitCalm() = 0;
  // Loads it once, and tells what was seen around that.
  virtual Result<Evidence> Load(std::uint64_t concurrency,
                                std::uint64_t requests) = 0;
  // Messages in its queue, all that there ever were; none: not ours to count.
  virtual Result<std::optional<std::uint64_t>> CountMessages() = 0;
};

// Borrows `target` and what is in it.
std::unique_ptr<Prober> MakeServerProber(const Target& target,
                                         const CeilingPlan& plan);

// Whose ceiling it is, for the record.
struct Subject {
  std::string setup;
  std::string title;
};
Result<CeilingRecord> FindCeiling(Prober& prober, const Subject& subject,
                                  const CeilingPlan& plan, const Say& say);

}  // namespace smsweb::bench

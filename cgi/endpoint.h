// The two ways in which smsweb-cgi serves. Each returns the exit code.
#pragma once

#include <csignal>
#include <memory>
#include <vector>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/random.h"
#include "common/base/unique_fd.h"
#include "common/config/config.h"
#include "common/secret/key_ring.h"

namespace smsweb {

// What main() hands down.
struct EndpointContext {
  const Config& config;
  const Logger& log;
  const Clock& clock;
  Random& random;                 // safe from several threads
  std::shared_ptr<KeyRing> keys;  // none: there are no verifications
};

// Serves until one of `ending_signals`, which are blocked in all threads,
// comes; requests under way are finished, for 5 s at the most.
int ServeFastCgi(const EndpointContext& context,
                 std::vector<UniqueFd> listeners,
                 const sigset_t& ending_signals);

// Answers the one request that the environment describes.
int ServePlainCgi(const EndpointContext& context);

}  // namespace smsweb

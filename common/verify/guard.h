// Who is sent codes. What can be said of a number alone is said here; what has
// to be counted is put together here, and counted by the store (limit.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/error.h"
#include "common/config/config.h"
#include "common/number/number_regions.h"
#include "common/store/limit.h"

namespace smsweb {

// Of the one who is to be sent a code.
struct GuardedStart {
  std::string recipient;  // E.164, or a short code
  std::string client;
  std::string address;  // of the end user, as AddressBlock() has it; or empty
  std::string device;   // of the end user; or empty
};

// Countries and types of numbers, looked up when they are first needed. Not to
// be used from two threads at once.
class NumberFacts {
 public:
  explicit NumberFacts(NumberRegionsFactory make = LoadNumberRegions)
      : make_(std::move(make)) {}
  // kInternal where the module can't be had.
  Result<const NumberRegions*> Get();

 private:
  NumberRegionsFactory make_;
  std::unique_ptr<NumberRegions> regions_;
};

// All that speaks against the number itself; the first that is no dry run
// decides. kInternal as above.
Result<std::vector<GuardFinding>> JudgeNumber(const GuardedStart& start,
                                              const GuardConfig& config,
                                              NumberFacts& facts);
// Null: nothing but dry runs.
const GuardFinding* Decisive(const std::vector<GuardFinding>& findings);

std::vector<LimitUse> LimitsFor(const GuardedStart& start,
                                const GuardConfig& config);
std::vector<ConversionGuard> ConversionsFor(const GuardedStart& start,
                                            const GuardConfig& config);

// The beginning of a number, as the guard counts.
std::string PrefixOf(std::string_view recipient, const GuardConfig& config);

// "203.0.113.7", or the /64 of an IPv6 address: "2001:db8:1:2::/64". None: it
// is no address.
std::optional<std::string> AddressBlock(std::string_view address);

}  // namespace smsweb

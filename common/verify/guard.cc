#include "common/verify/guard.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace smsweb {
namespace {

std::size_t LongestPrefix(const std::vector<std::string>& prefixes,
                          std::string_view number) {
  std::size_t longest = 0;
  for (const auto& prefix : prefixes) {
    if (number.starts_with(prefix)) longest = std::max(longest, prefix.size());
  }
  return longest;
}

bool Contains(const std::vector<std::string>& list, std::string_view what) {
  return std::ranges::find(list, what) != list.end();
}

void JudgeCountry(const std::string& number, const GuardCountries& config,
                  const NumberRegions& regions,
                  std::vector<GuardFinding>* findings) {
  const auto of = regions.Of(number);
  // One that may be in several countries must be welcome in each.
  const bool welcome =
      !of.empty() && std::ranges::all_of(of, [&](const std::string& region) {
        return Contains(config.allow, region);
      });
  if (welcome) return;
  findings->push_back({.rule = "country",
                       .key = of.size() == 1 ? of.front() : "",
                       .dry_run = config.dry_run,
                       .detail = fmt::format("codes are sent to numbers of {} "
                                             "(guard.countries.allow)",
                                             fmt::join(config.allow, ", "))});
}

void JudgeType(const std::string& number, const GuardTypes& config,
               const NumberRegions& regions,
               std::vector<GuardFinding>* findings) {
  const std::string type = regions.TypeOf(number);
  if (!Contains(config.refuse, type)) return;
  findings->push_back({.rule = "type",
                       .key = type,
                       .dry_run = config.dry_run,
                       .detail = fmt::format("codes are not sent to numbers of "
                                             "type {} (guard.types.refuse)",
                                             type)});
}

std::string KeyFor(LimitPer per, const GuardedStart& start,
                   const GuardConfig& config) {
  switch (per) {
    case LimitPer::kNumber:
      return start.recipient;
    case LimitPer::kPrefix:
      return PrefixOf(start.recipient, config);
    case LimitPer::kClient:
    case LimitPer::kKey:
      return start.client;
    case LimitPer::kAddress:
      return start.address;
    case LimitPer::kDevice:
      // Each client has names of its own for them.
      return start.device.empty() ? "" : start.client + "/" + start.device;
    case LimitPer::kTotal:
      return "";
  }
  return "";
}

}  // namespace

Result<const NumberRegions*> NumberFacts::Get() {
  if (!regions_) {
    auto made = make_();
    if (!made) return std::unexpected(made.error());
    regions_ = std::move(*made);
  }
  return regions_.get();
}

Result<std::vector<GuardFinding>> JudgeNumber(const GuardedStart& start,
                                              const GuardConfig& config,
                                              NumberFacts& facts) {
  std::vector<GuardFinding> findings;
  const auto blocked = LongestPrefix(config.numbers.block, start.recipient);
  const auto allowed = LongestPrefix(config.numbers.allow, start.recipient);
  if (blocked > allowed) {
    findings.push_back({.rule = "number",
                        .key = start.recipient,
                        .dry_run = config.numbers.dry_run,
                        .detail = "codes are not sent to this number "
                                  "(guard.numbers.block)"});
  }
  if (allowed > 0 || !start.recipient.starts_with('+')) return findings;
  const auto regions = facts.Get();
  if (!regions) return std::unexpected(regions.error());
  JudgeCountry(start.recipient, config.countries, **regions, &findings);
  JudgeType(start.recipient, config.types, **regions, &findings);
  return findings;
}

const GuardFinding* Decisive(const std::vector<GuardFinding>& findings) {
  const auto found = std::ranges::find(findings, false, &GuardFinding::dry_run);
  return found == findings.end() ? nullptr : &*found;
}

std::string PrefixOf(std::string_view recipient, const GuardConfig& config) {
  return std::string(
      recipient.substr(0, 1 + static_cast<std::size_t>(config.prefix_digits)));
}

std::vector<LimitUse> LimitsFor(const GuardedStart& start,
                                const GuardConfig& config) {
  std::vector<LimitUse> uses;
  for (const GuardLimit& limit : config.limits) {
    const LimitPer per = ParseLimitPer(limit.per).value_or(LimitPer::kTotal);
    std::string key = KeyFor(per, start, config);
    // Of whom nothing is known, nothing is counted.
    if (key.empty() && per != LimitPer::kTotal) continue;
    uses.push_back({.per = per,
                    .key = std::move(key),
                    .within = limit.within,
                    .most = limit.most,
                    .dry_run = limit.dry_run});
  }
  return uses;
}

std::vector<ConversionGuard> ConversionsFor(const GuardedStart& start,
                                            const GuardConfig& config) {
  const GuardConversion& conversion = config.conversion;
  if (conversion.least_share == 0 ||
      LongestPrefix(config.numbers.allow, start.recipient) > 0) {
    return {};
  }
  std::vector<ConversionGuard> guards;
  for (const LimitPer per : {LimitPer::kPrefix, LimitPer::kClient}) {
    std::string key = KeyFor(per, start, config);
    if (key.empty()) continue;
    guards.push_back({.per = per,
                      .key = std::move(key),
                      .least_share = conversion.least_share,
                      .least_volume = conversion.least_volume,
                      .window = conversion.window,
                      .settle = conversion.settle,
                      .pause = conversion.pause,
                      .dry_run = conversion.dry_run});
  }
  return guards;
}

std::optional<std::string> AddressBlock(std::string_view address) {
  constexpr std::size_t kSubnetBytes = 8;  // 64 bits
  const std::string text(address);
  in_addr v4{};
  std::array<char, INET6_ADDRSTRLEN> shown{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) {
    return ::inet_ntop(AF_INET, &v4, shown.data(), shown.size());
  }
  in6_addr v6{};
  if (::inet_pton(AF_INET6, text.c_str(), &v6) != 1) return std::nullopt;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) {
    std::memcpy(&v4, v6.s6_addr + 12, sizeof(v4));
    return ::inet_ntop(AF_INET, &v4, shown.data(), shown.size());
  }
  std::fill(v6.s6_addr + kSubnetBytes, v6.s6_addr + sizeof(v6.s6_addr), 0);
  return std::string(::inet_ntop(AF_INET6, &v6, shown.data(), shown.size())) +
         "/64";
}

}  // namespace smsweb

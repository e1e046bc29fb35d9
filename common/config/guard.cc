// [guard]: who is sent codes, and how many.
#include <algorithm>
#include <array>

#include "common/config/sections.h"

namespace smsweb {
namespace {

constexpr std::int64_t kDay = 24 * 3600;
constexpr std::array<std::string_view, 6> kPer = {"number",  "prefix", "client",
                                                  "address", "device", "total"};
constexpr std::array<std::string_view, 12> kTypes = {
    "fixed_line", "mobile",          "fixed_line_or_mobile",
    "toll_free",  "premium_rate",    "shared_cost",
    "voip",       "personal_number", "pager",
    "uan",        "voicemail",       "unknown"};

void ReadCountries(TableReader table, const std::string& home, bool needed,
                   GuardCountries* out) {
  if (!home.empty()) out->allow = {home};
  table.Read("allow", &out->allow);
  for (const auto& region : out->allow) {
    if (!IsRegion(region)) {
      table.Refuse("allow", "takes countries as \"ID\" or \"DE\"");
    }
  }
  if (needed && out->allow.empty()) {
    table.Refuse("allow",
                 "name the countries whose numbers get codes, as [\"ID\"]; by "
                 "default it is message.default_region, which is not there");
  }
  table.Read("dry_run", &out->dry_run);
  table.RefuseUnknownKeys();
}

void ReadTypes(TableReader table, GuardTypes* out) {
  table.Read("refuse", &out->refuse);
  for (const auto& type : out->refuse) {
    if (std::ranges::find(kTypes, type) != kTypes.end()) continue;
    table.Refuse("refuse", fmt::format("\"{}\" is no type of numbers; known: "
                                       "{}",
                                       type, fmt::join(kTypes, ", ")));
  }
  table.Read("dry_run", &out->dry_run);
  table.RefuseUnknownKeys();
}

void ReadPrefixes(TableReader& table, std::string_view key,
                  std::vector<std::string>* out) {
  table.Read(key, out);
  for (const auto& prefix : *out) {
    if (IsNumberPrefix(prefix) && prefix.size() > 1) continue;
    table.Refuse(key, fmt::format("\"{}\" is no number, and no beginning of "
                                  "one; write \"+62812345\"",
                                  prefix));
  }
}

void ReadNumbers(TableReader table, GuardNumbers* out) {
  ReadPrefixes(table, "block", &out->block);
  ReadPrefixes(table, "allow", &out->allow);
  for (const auto& prefix : out->allow) {
    if (std::ranges::find(out->block, prefix) == out->block.end()) continue;
    table.Refuse("allow", fmt::format("\"{}\" is in block, too", prefix));
  }
  table.Read("dry_run", &out->dry_run);
  table.RefuseUnknownKeys();
}

void ReadLimit(TableReader table, std::vector<GuardLimit>* limits) {
  GuardLimit limit;
  table.Read("per", &limit.per);
  if (std::ranges::find(kPer, limit.per) == kPer.end()) {
    table.Refuse("per", fmt::format("takes one of: {}", fmt::join(kPer, ", ")));
  }
  table.Read("most", &limit.most, 1, 1'000'000'000);
  if (limit.most == 0) table.Refuse("most", "says how many; it is missing");
  table.ReadSeconds("within", &limit.within, 1, 31 * kDay);
  if (limit.within.count() == 0) {
    table.Refuse("within", "says in how many seconds; it is missing");
  }
  table.Read("dry_run", &limit.dry_run);
  table.RefuseUnknownKeys();
  const bool twice = std::ranges::any_of(*limits, [&](const GuardLimit& other) {
    return other.per == limit.per && other.within == limit.within;
  });
  if (twice) {
    table.Refuse("within",
                 "there is a limit of the same kind over the same "
                 "time already");
  }
  limits->push_back(limit);
}

void ReadConversion(TableReader table, GuardConversion* out) {
  table.Read("least_share", &out->least_share, 0, 1);
  table.Read("least_volume", &out->least_volume, 1, 1'000'000'000);
  table.ReadSeconds("window", &out->window, 60, 7 * kDay);
  table.ReadSeconds("settle", &out->settle, 0, kDay);
  table.ReadSeconds("pause", &out->pause, 60, 7 * kDay);
  if (out->settle >= out->window) {
    table.Refuse("settle",
                 "must be shorter than window: what is younger is "
                 "not looked at");
  }
  table.Read("dry_run", &out->dry_run);
  table.RefuseUnknownKeys();
}

}  // namespace

std::span<const std::string_view> NumberTypeNames() { return kTypes; }

void ReadGuard(TableReader table, const std::string& home, bool needed,
               GuardConfig* out) {
  table.Read("prefix_digits", &out->prefix_digits, 1, 15);
  ReadCountries(table.ReadTable("countries"), home, needed, &out->countries);
  ReadTypes(table.ReadTable("types"), &out->types);
  ReadNumbers(table.ReadTable("numbers"), &out->numbers);
  if (const auto* limits = table.ReadTables("limit")) {
    out->limits.clear();
    for (std::size_t i = 0; i < limits->size(); ++i) {
      ReadLimit(table.Entry("limit", i), &out->limits);
    }
  }
  ReadConversion(table.ReadTable("conversion"), &out->conversion);
  TableReader backlog = table.ReadTable("backlog");
  backlog.Read("dry_run", &out->backlog.dry_run);
  backlog.RefuseUnknownKeys();
  table.RefuseUnknownKeys();
}

}  // namespace smsweb

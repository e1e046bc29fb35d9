#include "common/store/sqlite_limits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "common/store/sqlite_rows.h"

namespace smsweb {
namespace {

GuardPause ReadPause(const SqliteStatement& row) {
  return {.per = static_cast<LimitPer>(row.Int(0)),
          .key = std::string(row.Text(1)),
          .began_at = row.Time(2),
          .until = row.Time(3),
          .dry_run = row.Int(6) != 0,
          .started = row.Int(4),
          .approved = row.Int(5)};
}

constexpr std::size_t kSlotSize = sizeof(std::uint32_t);
using SlotBytes =
    std::array<std::uint8_t, kSlotSize*(SlidingCount::kSlotsInWindow + 1)>;

SlotBytes BytesOf(const SlidingCount& count) {
  SlotBytes bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(count.used[i / kSlotSize] >>
                                         (8 * (i % kSlotSize)));
  }
  return bytes;
}

SlidingCount ReadCount(const SqliteStatement& row) {
  SlidingCount count{.slot = row.Int(0)};
  const auto bytes = row.Blob(1);
  for (std::size_t i = 0; i < std::min(bytes.size(), SlotBytes().size()); ++i) {
    count.used[i / kSlotSize] |= std::uint32_t{bytes[i]}
                                 << (8 * (i % kSlotSize));
  }
  return count;
}

std::string DetailOf(const LimitUse& use) {
  return fmt::format(
      "{} in {} s are the most for one {}", use.most, use.within.count() / 1000,
      use.per == LimitPer::kTotal ? "service" : ToString(use.per));
}

GuardFinding FindingOf(const ConversionGuard& guard, const GuardPause& pause,
                       bool begins) {
  return {.rule = fmt::format("conversion.{}", ToString(guard.per)),
          .key = guard.key,
          .dry_run = guard.dry_run,
          .detail = fmt::format(
              "{} of {} verifications were approved: no more are begun until "
              "{}",
              pause.approved, pause.started, FormatRfc3339(pause.until)),
          .begins = begins};
}

}  // namespace

SqliteLimits::SqliteLimits(SqliteDb& db)
    : count_(db.PrepareLater("SELECT slot, used FROM limit_count "
                             "WHERE per = ?1 AND key = ?2 AND within = ?3")),
      write_count_(db.PrepareLater(
          "INSERT INTO limit_count(per, key, within, slot, used, ends_at) "
          "VALUES(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE "
          "SET slot = ?4, used = ?5, ends_at = ?6")),
      sum_(db.PrepareLater(
          "SELECT coalesce(sum(started), 0), coalesce(sum(approved), 0) FROM "
          "conversion WHERE per = ?1 AND key = ?2 AND began_at >= ?3 "
          "AND began_at < ?4")),
      write_conversion_(db.PrepareLater(
          "INSERT INTO conversion(per, key, began_at, started, approved) "
          "VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET "
          "started = started + ?4, approved = approved + ?5")),
      pause_(db.PrepareLater(
          "SELECT per, key, began_at, until, started, approved, dry_run "
          "FROM guard_pause WHERE per = ?1 AND key = ?2")),
      write_pause_(db.PrepareLater(
          "INSERT INTO guard_pause(per, key, began_at, until, started, "
          "approved, dry_run) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) "
          "ON CONFLICT DO UPDATE SET began_at = ?3, until = ?4, started = ?5, "
          "approved = ?6, dry_run = ?7")),
      pauses_now_(db.PrepareLater(
          "SELECT per, key, began_at, until, started, approved, dry_run "
          "FROM guard_pause WHERE until > ?1 ORDER BY per, key")),
      end_pause_(
          db.PrepareLater("UPDATE guard_pause SET until = ?3 "
                          "WHERE per = ?1 AND key = ?2 AND until > ?3")) {}

void SqliteLimits::Begin() {
  counts_.clear();
  conversions_.clear();
  pauses_.clear();
  judged_.clear();
}

Result<SqliteLimits::Counted*> SqliteLimits::CountOf(const LimitUse& use) {
  const auto [place, fresh] =
      counts_.try_emplace({use.per, use.key, use.within.count()});
  if (!fresh) return &place->second;
  count_.Bind(Number(use.per))
      .Bind(use.key)
      .Bind(std::int64_t{use.within.count()});
  const auto found = FirstRow(count_, ReadCount);
  if (!found) return std::unexpected(found.error());
  place->second.count = found->value_or(SlidingCount{});
  return &place->second;
}

Result<std::optional<Refusal>> SqliteLimits::Find(
    std::span<const LimitUse> uses, WallTime now,
    std::vector<GuardFinding>* told) {
  for (const LimitUse& use : uses) {
    const auto counted = CountOf(use);
    if (!counted) return std::unexpected(counted.error());
    const SlidingCount count = (*counted)->count.At(now, use.within);
    const auto free = count.FreeAt(now, use.within, use.most, use.cost);
    if (free && *free <= now) continue;
    GuardFinding finding{.rule = fmt::format("limit.{}", ToString(use.per)),
                         .key = use.key,
                         .dry_run = use.dry_run,
                         .detail = DetailOf(use)};
    if (!use.dry_run) return Refusal{use.per, std::move(finding), free};
    if (told) told->push_back(std::move(finding));
  }
  return std::nullopt;
}

Result<void> SqliteLimits::Count(const LimitUse& use, WallTime now) {
  const auto counted = CountOf(use);
  if (!counted) return std::unexpected(counted.error());
  SlidingCount& count = (*counted)->count;
  count = count.At(now, use.within);
  count.used[0] += static_cast<std::uint32_t>(use.cost);
  (*counted)->changed = true;
  return {};
}

Result<std::optional<GuardPause>> SqliteLimits::PauseOf(const Whose& whose) {
  const auto [place, fresh] = pauses_.try_emplace(whose);
  if (!fresh) return place->second;
  pause_.Bind(Number(whose.first)).Bind(whose.second);
  auto found = FirstRow(pause_, ReadPause);
  if (!found) return std::unexpected(found.error());
  return place->second = std::move(*found);
}

Result<SqliteLimits::Converted> SqliteLimits::SumOf(
    const ConversionGuard& guard, WallTime since, WallTime until) {
  sum_.Bind(Number(guard.per)).Bind(guard.key).Bind(since).Bind(until);
  const auto sum = FirstRow(sum_, [](const SqliteStatement& row) {
    return Converted{row.Int(0), row.Int(1)};
  });
  if (!sum) return std::unexpected(sum.error());
  return sum->value_or(Converted{});
}

Result<GuardPause> SqliteLimits::BeginPause(const ConversionGuard& guard,
                                            const Converted& sum,
                                            WallTime now) {
  GuardPause pause{.per = guard.per,
                   .key = guard.key,
                   .began_at = now,
                   .until = now + guard.pause,
                   .dry_run = guard.dry_run,
                   .started = sum.started,
                   .approved = sum.approved};
  write_pause_.Bind(Number(pause.per))
      .Bind(pause.key)
      .Bind(pause.began_at)
      .Bind(pause.until)
      .Bind(pause.started)
      .Bind(pause.approved)
      .Bind(Number(pause.dry_run));
  if (auto done = RunIt(write_pause_); !done) {
    return std::unexpected(done.error());
  }
  pauses_[{guard.per, guard.key}] = pause;
  return pause;
}

Result<std::optional<Refusal>> SqliteLimits::Judge(
    std::span<const ConversionGuard> guards, WallTime now,
    std::vector<GuardFinding>* told) {
  for (const ConversionGuard& guard : guards) {
    const Whose whose(guard.per, guard.key);
    auto pause = PauseOf(whose);
    if (!pause) return std::unexpected(pause.error());
    bool begins = false;
    const bool lasts = *pause && (*pause)->until > now &&
                       (guard.dry_run || !(*pause)->dry_run);
    if (!lasts) {
      if (judged_.contains(whose)) continue;
      // What led to a pause before is not held against them again.
      WallTime since = now - guard.window;
      if (*pause && !(*pause)->dry_run)
        since = std::max(since, (*pause)->until);
      // Of a bucket, all have to be old enough.
      const auto sum = SumOf(guard, since, now - guard.settle - guard.Bucket());
      if (!sum) return std::unexpected(sum.error());
      const auto wanted = guard.least_share * static_cast<double>(sum->started);
      if (sum->started < guard.least_volume ||
          static_cast<double>(sum->approved) >= wanted) {
        judged_[whose] = true;
        continue;
      }
      auto begun = BeginPause(guard, *sum, now);
      if (!begun) return std::unexpected(begun.error());
      *pause = std::move(*begun);
      begins = true;
    }
    GuardFinding finding = FindingOf(guard, **pause, begins);
    if (!guard.dry_run)
      return Refusal{guard.per, std::move(finding), (*pause)->until};
    if (told) told->push_back(std::move(finding));
  }
  return std::nullopt;
}

void SqliteLimits::CountStarted(const ConversionGuard& guard, WallTime now) {
  ++conversions_[{guard.per, guard.key, guard.BucketAt(now)}].started;
}

void SqliteLimits::CountApproved(LimitPer per, const std::string& key,
                                 WallTime bucket) {
  ++conversions_[{per, key, bucket}].approved;
}

Result<void> SqliteLimits::End() {
  for (const auto& [whose, counted] : counts_) {
    if (!counted.changed) continue;
    const auto& [per, key, within] = whose;
    const SlotBytes used = BytesOf(counted.count);
    write_count_.Bind(Number(per))
        .Bind(key)
        .Bind(within)
        .Bind(counted.count.slot)
        .Bind(used)
        .Bind(counted.count.EndsAt(Millis(within)));
    if (auto done = RunIt(write_count_); !done) return done;
  }
  for (const auto& [whose, converted] : conversions_) {
    const auto& [per, key, began_at] = whose;
    write_conversion_.Bind(Number(per))
        .Bind(key)
        .Bind(began_at)
        .Bind(converted.started)
        .Bind(converted.approved);
    if (auto done = RunIt(write_conversion_); !done) return done;
  }
  Begin();
  return {};
}

Result<std::vector<GuardPause>> SqliteLimits::Pauses(WallTime now) {
  pauses_now_.Bind(now);
  return CollectRows(pauses_now_, ReadPause);
}

Result<bool> SqliteLimits::EndPause(LimitPer per, const std::string& key,
                                    WallTime now) {
  const auto ended = end_pause_.Bind(Number(per)).Bind(key).Bind(now).Run();
  if (!ended) return std::unexpected(ended.error());
  return *ended > 0;
}

}  // namespace smsweb

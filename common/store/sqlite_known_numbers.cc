#include "common/store/sqlite_known_numbers.h"

#include <cstdint>
#include <utility>

namespace smsweb {
namespace {

class SqliteKnownNumbers final : public KnownNumbers {
 public:
  SqliteKnownNumbers(std::shared_ptr<SqliteDb> db, SqliteStatement find,
                     SqliteStatement remember)
      : db_(std::move(db)),
        find_(std::move(find)),
        remember_(std::move(remember)) {}

  std::optional<std::string> Find(std::string_view input,
                                  std::string_view region,
                                  WallTime since) override {
    find_.Bind(Slot(input, region)).Bind(input).Bind(region).Bind(since);
    const auto row = find_.Step();
    if (!row || !*row) return std::nullopt;
    std::string e164(find_.Text(0));
    find_.Reset();
    return e164;
  }

  void Remember(std::string_view input, std::string_view region,
                std::string_view e164, WallTime now) override {
    (void)db_->SyncCommits(false);  // what is lost is checked again
    (void)remember_.Bind(Slot(input, region))
        .Bind(input)
        .Bind(region)
        .Bind(e164)
        .Bind(now)
        .Run();
  }

 private:
  static constexpr std::uint64_t kSlots = 65536;

  // FNV-1a, since std::hash may differ from build to build.
  static std::int64_t Slot(std::string_view input, std::string_view region) {
    std::uint64_t hash = 14695981039346656037U;
    for (std::string_view text : {input, region}) {
      for (char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
      }
    }
    return static_cast<std::int64_t>(hash % kSlots);
  }

  std::shared_ptr<SqliteDb> db_;  // outlives the statements
  SqliteStatement find_;
  SqliteStatement remember_;
};

}  // namespace

std::unique_ptr<KnownNumbers> MakeSqliteKnownNumbers(
    std::shared_ptr<SqliteDb> db) {
  auto find = db->PrepareLater(
      "SELECT e164 FROM known_number WHERE slot = ?1 AND input = ?2 AND "
      "region = ?3 AND checked_at >= ?4");
  auto remember = db->PrepareLater(
      "INSERT OR REPLACE INTO known_number(slot, input, region, e164, "
      "checked_at) VALUES(?1, ?2, ?3, ?4, ?5)");
  return std::make_unique<SqliteKnownNumbers>(std::move(db), std::move(find),
                                              std::move(remember));
}

}  // namespace smsweb

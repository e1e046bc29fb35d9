// The memory of checked numbers, in a table of the queue's database: 65,536
// slots, each for one number, so that it does not grow.
#pragma once

#include <memory>

#include "common/store/known_numbers.h"
#include "common/store/sqlite_db.h"

namespace smsweb {

std::unique_ptr<KnownNumbers> MakeSqliteKnownNumbers(
    std::shared_ptr<SqliteDb> db);

}  // namespace smsweb

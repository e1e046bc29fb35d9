// The second half of a rule: what is to be done (script.h has the language).
#pragma once

#include "sim/script.h"
#include "sim/script_words.h"

namespace smsweb::sim {

// [in TIME] ACT; false where `words` has a complaint.
bool TakeAction(Words& words, Action& action);

}  // namespace smsweb::sim

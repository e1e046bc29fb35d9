// Runs a fuzz target without libFuzzer: each file of a corpus, and mutations of
// it that are the same in every run.
//
//   TARGET_replay CORPUS-FOLDER MUTATIONS
#include <algorithm>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "oracle.h"

namespace {

using Input = std::vector<std::uint8_t>;

std::vector<Input> ReadCorpus(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  std::vector<Input> corpus;
  for (const auto& file : files) {
    std::ifstream in(file, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(in),
                        std::istreambuf_iterator<char>());
  }
  return corpus;
}

class Mutator {
 public:
  explicit Mutator(const std::vector<Input>& corpus) : corpus_(corpus) {}

  Input Next() {
    Input input = corpus_[Below(corpus_.size())];
    for (std::size_t i = Below(8) + 1; i > 0; --i) Change(input);
    return input;
  }

 private:
  std::size_t Below(std::size_t limit) {
    return limit == 0 ? 0 : random_() % limit;
  }
  Input::difference_type Place(const Input& input) {
    return static_cast<Input::difference_type>(Below(input.size() + 1));
  }

  void Change(Input& input) {
    const auto octet = static_cast<std::uint8_t>(random_());
    switch (Below(6)) {
      case 0:
        input.resize(Below(input.size() + 1));
        break;
      case 1:
        input.insert(input.begin() + Place(input), octet);
        break;
      case 2:
        if (!input.empty()) input.erase(input.begin() + Index(input));
        break;
      case 3:
        Splice(input);
        break;
      case 4:
        if (!input.empty()) input[Below(input.size())] ^= 1 << octet % 8;
        break;
      default:
        if (!input.empty()) input[Below(input.size())] = octet;
    }
  }
  Input::difference_type Index(const Input& input) {
    return static_cast<Input::difference_type>(Below(input.size()));
  }
  void Splice(Input& input) {
    const Input& other = corpus_[Below(corpus_.size())];
    const auto from = other.begin() + Place(other);
    input.resize(Below(input.size() + 1));
    input.insert(input.end(), from, other.end());
  }

  const std::vector<Input>& corpus_;
  std::mt19937_64 random_{1};
};

// A copy of just its size, so that a sanitizer sees reading on.
void Run(const Input& input) {
  const auto exact = std::make_unique<std::uint8_t[]>(input.size());
  std::ranges::copy(input, exact.get());
  LLVMFuzzerTestOneInput(exact.get(), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  long mutations = 0;
  if (argc != 3 ||
      std::from_chars(argv[2], argv[2] + std::strlen(argv[2]), mutations).ec !=
          std::errc()) {
    std::fprintf(stderr, "usage: %s CORPUS-FOLDER MUTATIONS\n", argv[0]);
    return 2;
  }
  const auto corpus = ReadCorpus(argv[1]);
  if (corpus.empty()) {
    std::fprintf(stderr, "%s holds no input\n", argv[1]);
    return 2;
  }
  for (const Input& input : corpus) Run(input);
  Mutator mutator(corpus);
  for (long i = 0; i < mutations; ++i) Run(mutator.Next());
  std::printf("%zu inputs and %ld mutations: nothing found\n", corpus.size(),
              mutations);
  return 0;
}

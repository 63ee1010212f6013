// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <memory>

#include "shapes.h"

template <int N> static int power(int x)
{
	if constexpr (N == 0)
		return 1;
	else
		return x * power<N - 1>(x);
}

int main(int argc, char **argv)
{
	std::vector<std::unique_ptr<shapes::shape>> all;
	std::vector<int> numbers;

	for (int i = 0; i < argc + 10; i++) {
		all.push_back(std::make_unique<shapes::square<double>>(i * 1.5));
		all.push_back(std::make_unique<shapes::square<int>>(i));
		numbers.push_back(power<5>(i) % 17);
	}
	std::sort(numbers.begin(), numbers.end(), [](int a, int b) { return a > b; });
	double total = 0;
	for (const auto &s : all)
		total += s->area();
	std::function<long(long)> add = [&](long x) { return x + static_cast<long>(numbers.size()); };
	long sum = shapes::fold(numbers, 0, [](int a, int b) { return a + b; });
	std::printf("%f %ld %ld\n", total, add(sum), shapes::count_words(argv[0]));
	return 0;
}

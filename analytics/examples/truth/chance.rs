//! Reviews with something shuffled, or something taken.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::review::Review;

pub(crate) fn seed(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

/// The releases exchanged among the reviews of one product and day that name one. Nothing but the day can then
/// tell a release's reviews from another's.
pub(crate) fn labels_within_days(reviews: &[Review], rng: &mut ChaCha8Rng) -> Vec<Review> {
    let mut shuffled = reviews.to_vec();
    let mut labelled: Vec<_> = (0..reviews.len()).filter(|i| reviews[*i].release.is_some()).collect();
    labelled.sort_by_key(|i| (reviews[*i].product, reviews[*i].day));
    let same_day = |a: &usize, b: &usize| {
        (reviews[*a].product, reviews[*a].day) == (reviews[*b].product, reviews[*b].day)
    };
    for day in labelled.chunk_by(same_day) {
        let mut releases: Vec<_> = day.iter().map(|i| reviews[*i].release).collect();
        releases.shuffle(rng);
        for (i, release) in day.iter().zip(releases) {
            shuffled[*i].release = release;
        }
    }
    shuffled
}

/// The ratings exchanged among all reviews of a product, those without a release included.
pub(crate) fn ratings(reviews: &[Review], products: usize, rng: &mut ChaCha8Rng) -> Vec<Review> {
    let mut shuffled = reviews.to_vec();
    for product in 0..products as u32 {
        let own: Vec<_> = (0..reviews.len()).filter(|i| reviews[*i].product == product).collect();
        let mut stars: Vec<_> = own.iter().map(|i| reviews[*i].stars).collect();
        stars.shuffle(rng);
        for (i, stars) in own.into_iter().zip(stars) {
            shuffled[i].stars = stars;
        }
    }
    shuffled
}

/// One star taken from a share of the reviews of a release, wherever there is one to take.
pub(crate) fn star_taken(reviews: &[Review], release: u32, share: f64, rng: &mut ChaCha8Rng) -> Vec<Review> {
    let mut taken = reviews.to_vec();
    for review in taken.iter_mut().filter(|r| r.release == Some(release)) {
        if review.stars >= 2 && rng.random_bool(share) {
            review.stars -= 1;
        }
    }
    taken
}
